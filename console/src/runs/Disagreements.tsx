import CheckIcon from '@mui/icons-material/Check';
import CloseIcon from '@mui/icons-material/Close';
import { Box, Stack, ToggleButton, ToggleButtonGroup, Typography } from '@mui/material';
import { useState } from 'react';
import type { Report } from '../api/schemas.js';
import { Picture } from '../datasets/Picture.js';
import { useReferencedVersion } from '../datasets/useReferencedVersion.js';
import { Section } from '../ui/Section.js';

type Example = Report['examples'][number];
const views = ['all', 'swapped wrong', 'only swapped right'] as const;

export function Disagreements({
  report,
  roles,
  datasetReference,
}: {
  report: Report;
  roles: Map<string, string>;
  datasetReference: string;
}) {
  const versionId = useReferencedVersion(datasetReference);
  const [view, setView] = useState<(typeof views)[number]>('all');
  const swapped = [...roles].filter(([, role]) => role === 'swapped').map(([name]) => name);
  const right = (example: Example, name: string) => example.predicted[name] === example.actual;
  const matches = (example: Example): boolean => {
    if (view === 'all') return true;
    const swappedRight = swapped.some((name) => right(example, name));
    return view === 'swapped wrong'
      ? !swappedRight
      : swappedRight && Object.keys(example.predicted).every((name) => swapped.includes(name) || !right(example, name));
  };
  const shown = report.examples.filter(matches);
  if (report.examples.length === 0) return null;

  return (
    <Section
      title="Where the models disagree"
      hint="Items that at least one candidate got wrong."
      action={
        <ToggleButtonGroup
          exclusive
          size="small"
          value={view}
          onChange={(_event, chosen: (typeof views)[number] | null) => chosen && setView(chosen)}
          aria-label="Which examples"
        >
          {views.map((name) => (
            <ToggleButton key={name} value={name} sx={{ textTransform: 'none', px: 1.5 }}>
              {name}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      }
    >
      <Box
        component="ul"
        sx={{
          listStyle: 'none',
          m: 0,
          p: 0,
          display: 'grid',
          gap: 2,
          gridTemplateColumns: 'repeat(auto-fill, minmax(300px, 1fr))',
        }}
      >
        {shown.map((example) => (
          <Stack
            component="li"
            key={`${example.itemId} ${example.target}`}
            direction="row"
            spacing={1.75}
            sx={{ minWidth: 0 }}
          >
            {versionId && <Picture versionId={versionId} itemId={example.itemId} title={example.itemId} side={92} />}
            <Box sx={{ minWidth: 0, flex: 1 }}>
              <Typography variant="caption" color="text.secondary" noWrap component="div">
                {example.target} of {example.itemId}
              </Typography>
              <Typography variant="body2" sx={{ fontWeight: 650, mb: 0.5 }}>
                {example.actual}
              </Typography>
              {Object.entries(example.predicted).map(([candidate, label]) => {
                const correct = label === example.actual;
                const Icon = correct ? CheckIcon : CloseIcon;
                return (
                  <Box
                    key={candidate}
                    sx={{
                      display: 'grid',
                      gridTemplateColumns: '18px minmax(70px, 1fr) minmax(0, 1.2fr)',
                      gap: 0.5,
                      alignItems: 'center',
                    }}
                  >
                    <Icon
                      titleAccess={correct ? 'right' : 'wrong'}
                      sx={{ fontSize: 15, color: correct ? 'success.main' : 'error.main' }}
                    />
                    <Typography variant="caption" color="text.secondary" noWrap>
                      {candidate}
                    </Typography>
                    <Typography variant="caption" noWrap title={label}>
                      {label}
                    </Typography>
                  </Box>
                );
              })}
            </Box>
          </Stack>
        ))}
      </Box>
      {shown.length === 0 && (
        <Typography variant="body2" color="text.secondary">
          No example of this kind.
        </Typography>
      )}
    </Section>
  );
}
