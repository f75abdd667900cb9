import AddIcon from '@mui/icons-material/Add';
import ExpandMoreIcon from '@mui/icons-material/ExpandMore';
import {
  Accordion,
  AccordionDetails,
  AccordionSummary,
  Box,
  Button,
  MenuItem,
  Stack,
  TextField,
  Typography,
} from '@mui/material';
import type { Recipe } from '../api/schemas.js';
import { Mono } from '../ui/Mono.js';
import { Section } from '../ui/Section.js';
import { initialObject, readFields } from './parameterFields.js';
import { ParameterForm, type FormContext } from './ParameterForm.js';
import { referenceOptions, type Workspace } from './references.js';
import type { LimitsDraft, SpecDraft, StepDraft } from './specDraft.js';

type SpecFormProps = {
  spec: SpecDraft;
  recipes: readonly Recipe[];
  workspace: Workspace;
  errorAt: FormContext['errorAt'];
  onChange: (spec: SpecDraft) => void;
};

const limitFields: { name: keyof LimitsDraft; label: string }[] = [
  { name: 'memoryMb', label: 'Memory, MiB' },
  { name: 'threads', label: 'Threads' },
  { name: 'wallMinutes', label: 'Time, minutes' },
  { name: 'cpuMinutes', label: 'CPU time, minutes' },
];

const numberOrNothing = <K extends string>(name: K, text: string): Partial<Record<K, number>> =>
  text === '' ? {} : ({ [name]: Number(text) } as Partial<Record<K, number>>);

export function SpecForm({ spec, recipes, workspace, errorAt, onChange }: SpecFormProps) {
  const setStep = (index: number, step: StepDraft) => onChange({ ...spec, steps: spec.steps.with(index, step) });
  const addStep = (recipe: Recipe) =>
    onChange({
      ...spec,
      steps: [
        ...spec.steps,
        {
          name: `${recipe.recipe}-${spec.steps.length + 1}`,
          recipe: recipe.recipe,
          parameters: initialObject(readFields(recipe.schema)),
        },
      ],
    });

  return (
    <Stack useFlexGap spacing={2.5}>
      <Section title="Experiment">
        <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'repeat(auto-fill, minmax(180px, 1fr))' }}>
          <TextField
            label="Name"
            required
            value={spec.name}
            onChange={(event) => onChange({ ...spec, name: event.target.value })}
            error={Boolean(errorAt('name'))}
            helperText={errorAt('name')}
            sx={{ gridColumn: 'span 2' }}
          />
          <TextField
            label="Seed"
            type="number"
            value={spec.seed ?? ''}
            onChange={(event) => {
              const { seed: _seed, ...rest } = spec;
              onChange({ ...rest, ...numberOrNothing('seed', event.target.value) });
            }}
            helperText="Same seed, same result"
          />
          {limitFields.map(({ name, label }) => (
            <TextField
              key={name}
              label={label}
              type="number"
              placeholder="default"
              slotProps={{ inputLabel: { shrink: true }, htmlInput: { min: 1 } }}
              value={spec.limits?.[name] ?? ''}
              onChange={(event) => {
                const { [name]: _limit, ...others } = spec.limits ?? {};
                onChange({ ...spec, limits: { ...others, ...numberOrNothing(name, event.target.value) } });
              }}
              error={Boolean(errorAt(`limits.${name}`))}
              helperText={errorAt(`limits.${name}`) ?? 'per run'}
            />
          ))}
        </Box>
      </Section>
      {spec.steps.map((step, index) => (
        <StepForm
          key={index}
          step={step}
          number={index + 1}
          recipe={recipes.find((entry) => entry.recipe === step.recipe)}
          context={{ references: (kind) => referenceOptions(kind, spec, index, workspace), errorAt }}
          onChange={(changed) => setStep(index, changed)}
          onRemove={() => onChange({ ...spec, steps: spec.steps.toSpliced(index, 1) })}
        />
      ))}
      <TextField
        select
        label="Add a step"
        value=""
        sx={{ maxWidth: 320 }}
        onChange={(event) => {
          const recipe = recipes.find((entry) => entry.recipe === event.target.value);
          if (recipe) addStep(recipe);
        }}
        slotProps={{ input: { startAdornment: <AddIcon fontSize="small" sx={{ mr: 1 }} /> } }}
      >
        {recipes.map((recipe) => (
          <MenuItem
            key={recipe.recipe}
            value={recipe.recipe}
            sx={{ display: 'block', maxWidth: 420, whiteSpace: 'normal' }}
          >
            <Typography sx={{ fontWeight: 600 }}>{recipe.title}</Typography>
            <Typography variant="caption" color="text.secondary">
              {recipe.description}
            </Typography>
          </MenuItem>
        ))}
      </TextField>
    </Stack>
  );
}

type StepFormProps = {
  step: StepDraft;
  number: number;
  recipe: Recipe | undefined;
  context: FormContext;
  onChange: (step: StepDraft) => void;
  onRemove: () => void;
};

function StepForm({ step, number, recipe, context, onChange, onRemove }: StepFormProps) {
  const path = `steps.${number - 1}`;
  const registers = step.recipe === 'finetune' || step.recipe === 'swap-encoder';
  return (
    <Accordion
      variant="outlined"
      disableGutters
      defaultExpanded={number === 1}
      sx={{ borderRadius: '10px !important', '&::before': { display: 'none' } }}
    >
      <AccordionSummary expandIcon={<ExpandMoreIcon />} sx={{ px: 2.5 }}>
        <Stack direction="row" spacing={1.5} sx={{ alignItems: 'baseline', minWidth: 0 }}>
          <Typography color="text.secondary" sx={{ fontVariantNumeric: 'tabular-nums' }}>
            {number}
          </Typography>
          <Typography variant="h2" component="h2">
            {step.name}
          </Typography>
          <Mono sx={{ color: 'text.secondary' }}>{step.recipe}</Mono>
        </Stack>
      </AccordionSummary>
      <AccordionDetails sx={{ px: 2.5, pb: 2.5 }}>
        <Stack spacing={2.5}>
          {recipe && (
            <Typography variant="body2" color="text.secondary">
              {recipe.description}
            </Typography>
          )}
          <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'repeat(auto-fill, minmax(230px, 1fr))' }}>
            <TextField
              label="Step name"
              required
              value={step.name}
              onChange={(event) => onChange({ ...step, name: event.target.value })}
              error={Boolean(context.errorAt(`${path}.name`))}
              helperText={context.errorAt(`${path}.name`) ?? `Others refer to it as step:${step.name}`}
            />
            {registers && (
              <TextField
                label="Register as a version of model"
                placeholder="not registered"
                slotProps={{ inputLabel: { shrink: true } }}
                value={step.register?.model ?? ''}
                onChange={(event) => {
                  const { register: _register, ...rest } = step;
                  onChange(event.target.value === '' ? rest : { ...rest, register: { model: event.target.value } });
                }}
                helperText="A model that does not exist is made"
              />
            )}
          </Box>
          {recipe ? (
            <ParameterForm
              fields={readFields(recipe.schema)}
              values={step.parameters}
              path={`${path}.parameters`}
              context={context}
              onChange={(parameters) => onChange({ ...step, parameters })}
            />
          ) : (
            <Typography color="error">
              No recipe is called “{step.recipe}”. Choose another in the YAML view or remove this step.
            </Typography>
          )}
          <Box>
            <Button size="small" color="error" onClick={onRemove}>
              Remove step
            </Button>
          </Box>
        </Stack>
      </AccordionDetails>
    </Accordion>
  );
}
