import AddIcon from '@mui/icons-material/Add';
import DeleteIcon from '@mui/icons-material/DeleteOutline';
import {
  Autocomplete,
  Box,
  Button,
  FormControlLabel,
  FormHelperText,
  IconButton,
  MenuItem,
  Paper,
  Stack,
  Switch,
  TextField,
  Typography,
} from '@mui/material';
import {
  fieldLabel,
  initialObject,
  initialValue,
  type Field,
  type NamedField,
  type ReferenceKind,
} from './parameterFields.js';

export type Values = Record<string, unknown>;
export type FormContext = {
  references: (kind: ReferenceKind) => readonly string[];
  /** The server's complaint about the value at a path such as `steps.0.parameters.dataset`. */
  errorAt: (path: string) => string | undefined;
};
type FieldsProps = {
  fields: readonly NamedField[];
  values: Values;
  path: string;
  context: FormContext;
  onChange: (values: Values) => void;
};

const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isWide = (field: Field): boolean =>
  field.kind === 'object' || field.kind === 'choice' || (field.kind === 'list' && field.item.kind === 'object');

/** One input for each field of a recipe. A value that is left empty is left out, so that the recipe's own default holds. */
export function ParameterForm({ fields, values, path, context, onChange }: FieldsProps) {
  const set = (name: string, value: unknown) => {
    const { [name]: _before, ...others } = values;
    onChange(value === undefined ? others : { ...values, [name]: value });
  };
  return (
    <Box
      sx={{
        display: 'grid',
        gap: 2,
        gridTemplateColumns: 'repeat(auto-fill, minmax(230px, 1fr))',
        alignItems: 'start',
      }}
    >
      {fields.map((entry) => (
        <Box key={entry.name} sx={isWide(entry.field) ? { gridColumn: '1 / -1' } : {}}>
          <FieldInput
            entry={entry}
            value={values[entry.name]}
            path={`${path}.${entry.name}`}
            context={context}
            onChange={(value) => set(entry.name, value)}
          />
        </Box>
      ))}
    </Box>
  );
}

type InputProps = {
  entry: NamedField;
  value: unknown;
  path: string;
  context: FormContext;
  onChange: (value: unknown) => void;
};

function FieldInput({ entry: { name, required, field }, value, path, context, onChange }: InputProps) {
  const label = fieldLabel(name);
  const error = context.errorAt(path);
  const common = {
    label,
    required: required && !field.nullable,
    fullWidth: true,
    error: Boolean(error),
    helperText: error ?? field.description,
    name: path,
  } as const;
  switch (field.kind) {
    case 'fixed':
      return null;
    case 'boolean':
      return (
        <Box>
          <FormControlLabel
            label={label}
            control={
              <Switch
                size="small"
                checked={Boolean(value ?? field.default)}
                onChange={(event) => onChange(event.target.checked)}
              />
            }
          />
          {field.description && <FormHelperText>{field.description}</FormHelperText>}
        </Box>
      );
    case 'enum':
      return (
        <TextField
          {...common}
          select
          value={value ?? field.default ?? ''}
          onChange={(event) => onChange(event.target.value)}
        >
          {field.options.map((option) => (
            <MenuItem key={option} value={option}>
              {option}
            </MenuItem>
          ))}
        </TextField>
      );
    case 'number':
      return (
        <TextField
          {...common}
          type="number"
          value={value ?? ''}
          onChange={(event) => onChange(event.target.value === '' ? undefined : Number(event.target.value))}
          {...(field.default !== undefined && { placeholder: String(field.default) })}
          slotProps={{
            htmlInput: { min: field.min, max: field.max, step: field.integer ? 1 : 'any' },
            inputLabel: { shrink: true },
          }}
        />
      );
    case 'reference':
      return (
        <Autocomplete
          freeSolo
          options={context.references(field.to)}
          value={typeof value === 'string' ? value : ''}
          onInputChange={(_event, text) => onChange(text === '' && !required ? undefined : text)}
          renderInput={(params) => (
            <TextField
              {...params}
              {...common}
              placeholder={field.nullable ? 'none' : 'choose'}
              helperText={error ?? field.description ?? `A ${field.to}`}
            />
          )}
        />
      );
    case 'list':
      return field.item.kind === 'object' ? (
        <ObjectList
          label={label}
          fields={field.item.fields}
          value={value}
          path={path}
          context={context}
          onChange={onChange}
        />
      ) : (
        <Autocomplete
          multiple
          freeSolo
          options={[]}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={(_event, chosen) =>
            onChange(field.item.kind === 'number' ? chosen.map(Number).filter(Number.isFinite) : chosen)
          }
          renderInput={(params) => (
            <TextField
              {...params}
              {...common}
              required={false}
              helperText={error ?? field.description ?? 'Type a value and press Enter'}
            />
          )}
        />
      );
    case 'object':
      return (
        <Group
          label={label}
          {...(field.description && { description: field.description })}
          {...(field.nullable && {
            present: isValues(value),
            onPresent: (present: boolean) => onChange(present ? initialValue(field) : undefined),
          })}
        >
          <ParameterForm
            fields={field.fields}
            values={isValues(value) ? value : {}}
            path={path}
            context={context}
            onChange={onChange}
          />
        </Group>
      );
    case 'choice': {
      const values = isValues(value) ? value : {};
      const variant = field.variants.find((candidate) => candidate.name === values[field.tag]);
      return (
        <Group label={label} {...(field.description && { description: field.description })}>
          <Stack spacing={2}>
            <TextField
              select
              label={fieldLabel(field.tag)}
              value={variant?.name ?? ''}
              sx={{ maxWidth: 260 }}
              onChange={(event) => {
                const chosen = field.variants.find((candidate) => candidate.name === event.target.value);
                if (chosen) onChange({ [field.tag]: chosen.name, ...initialObject(chosen.fields) });
              }}
            >
              {field.variants.map((candidate) => (
                <MenuItem key={candidate.name} value={candidate.name}>
                  {candidate.name}
                </MenuItem>
              ))}
            </TextField>
            {variant && (
              <ParameterForm
                fields={variant.fields}
                values={values}
                path={path}
                context={context}
                onChange={onChange}
              />
            )}
          </Stack>
        </Group>
      );
    }
    case 'text':
      return (
        <TextField
          {...common}
          value={value ?? ''}
          onChange={(event) => onChange(event.target.value === '' && !required ? undefined : event.target.value)}
        />
      );
  }
}

type GroupProps = {
  label: string;
  description?: string;
  present?: boolean;
  onPresent?: (present: boolean) => void;
  children: React.ReactNode;
};

function Group({ label, description, present = true, onPresent, children }: GroupProps) {
  return (
    <Box
      component="fieldset"
      sx={{ border: 1, borderColor: 'divider', borderRadius: 2.5, p: 2, pt: 1, m: 0, minWidth: 0 }}
    >
      <Typography component="legend" variant="h3" sx={{ px: 0.75, ml: -0.75 }}>
        {onPresent ? (
          <FormControlLabel
            sx={{ mr: 0 }}
            label={label}
            control={<Switch size="small" checked={present} onChange={(event) => onPresent(event.target.checked)} />}
          />
        ) : (
          label
        )}
      </Typography>
      {description && <FormHelperText sx={{ mt: 0, mb: 1 }}>{description}</FormHelperText>}
      {present ? (
        <Box sx={{ pt: 1 }}>{children}</Box>
      ) : (
        <Typography variant="caption" color="text.secondary">
          Not set
        </Typography>
      )}
    </Box>
  );
}

type ObjectListProps = {
  label: string;
  fields: readonly NamedField[];
  value: unknown;
  path: string;
  context: FormContext;
  onChange: (value: Values[]) => void;
};

function ObjectList({ label, fields, value, path, context, onChange }: ObjectListProps) {
  const rows = Array.isArray(value) ? value.filter(isValues) : [];
  return (
    <Group label={label}>
      <Stack spacing={1.5}>
        {rows.map((row, index) => (
          <Paper key={index} variant="outlined" sx={{ p: 2, display: 'flex', gap: 1 }}>
            <Box sx={{ flex: 1, minWidth: 0 }}>
              <ParameterForm
                fields={fields}
                values={row}
                path={`${path}.${index}`}
                context={context}
                onChange={(changed) => onChange(rows.with(index, changed))}
              />
            </Box>
            <IconButton
              aria-label={`Remove ${label} ${index + 1}`}
              onClick={() => onChange(rows.toSpliced(index, 1))}
              sx={{ alignSelf: 'flex-start' }}
            >
              <DeleteIcon fontSize="small" />
            </IconButton>
          </Paper>
        ))}
        <Box>
          <Button size="small" startIcon={<AddIcon />} onClick={() => onChange([...rows, initialObject(fields)])}>
            Add
          </Button>
        </Box>
      </Stack>
    </Group>
  );
}
