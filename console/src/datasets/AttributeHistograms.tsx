import TuneIcon from '@mui/icons-material/LabelOutlined';
import { Box, Stack, Typography } from '@mui/material';
import type { DatasetVersion } from '../api/schemas.js';
import { EmptyState } from '../ui/EmptyState.js';
import { formatCount, formatPercent } from '../ui/format.js';
import { Section } from '../ui/Section.js';

const shownValues = 12;

/** How often each value of each attribute occurs, most frequent first. */
export function AttributeHistograms({ attributes }: { attributes: DatasetVersion['attributes'] }) {
  const names = Object.entries(attributes);
  if (names.length === 0) {
    return (
      <Section>
        <EmptyState icon={TuneIcon} title="No attributes">
          The manifest had no columns beside id, file, title and split. Import it again with the labels a model shall
          learn.
        </EmptyState>
      </Section>
    );
  }
  return (
    <Box sx={{ display: 'grid', gap: 2.5, gridTemplateColumns: 'repeat(auto-fit, minmax(320px, 1fr))' }}>
      {names.map(([name, values]) => {
        const total = values.reduce((sum, entry) => sum + entry.count, 0);
        const highest = Math.max(...values.map((entry) => entry.count), 1);
        return (
          <Section key={name} title={name} hint={`${formatCount(values.length)} values`}>
            <Stack component="ol" spacing={1} sx={{ listStyle: 'none', p: 0, m: 0 }}>
              {values.slice(0, shownValues).map((entry) => (
                <Box
                  component="li"
                  key={entry.value}
                  sx={{ display: 'grid', gridTemplateColumns: '132px 1fr 92px', gap: 1.5, alignItems: 'center' }}
                >
                  <Typography variant="body2" noWrap title={entry.value}>
                    {entry.value}
                  </Typography>
                  <Box sx={{ height: 10, borderRadius: 1, bgcolor: 'action.hover' }}>
                    <Box
                      sx={{
                        width: `${(100 * entry.count) / highest}%`,
                        height: 1,
                        borderRadius: 1,
                        bgcolor: 'primary.main',
                        opacity: 0.8,
                      }}
                    />
                  </Box>
                  <Typography
                    variant="caption"
                    color="text.secondary"
                    sx={{ textAlign: 'right', fontVariantNumeric: 'tabular-nums' }}
                  >
                    {formatCount(entry.count)} · {formatPercent(entry.count / total, 0)}
                  </Typography>
                </Box>
              ))}
            </Stack>
            {values.length > shownValues && (
              <Typography variant="caption" color="text.secondary" component="p" sx={{ mt: 1.5, mb: 0 }}>
                and {formatCount(values.length - shownValues)} rarer values
              </Typography>
            )}
          </Section>
        );
      })}
    </Box>
  );
}
