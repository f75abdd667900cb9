import { Box, Typography } from '@mui/material';
import type { PreflightReport } from '../api/schemas.js';
import { Picture } from '../datasets/Picture.js';
import { formatCount } from '../ui/format.js';
import { Section } from '../ui/Section.js';

type Report = Pick<PreflightReport, 'leakage' | 'duplicates'>;

const kinds = [
  { kind: 'pictures', same: 'the same picture' },
  { kind: 'nearPictures', same: 'pictures that look the same' },
  { kind: 'titles', same: 'the same title' },
] as const;

/** What validation has in common with training, then what training holds twice, to be judged by eye. */
export function TwinSections({ report, versionId }: { report: Report; versionId: string | null }) {
  if (versionId === null) return null;
  return (
    <>
      {kinds.map(({ kind, same }) => {
        const leak = report.leakage[kind];
        return leak && leak.items > 0 ? (
          <Groups
            key={`leak ${kind}`}
            title={`In training and in validation: ${same}`}
            hint={`${formatCount(leak.items)} validation items. Left the training item, right the validation item.`}
            groups={leak.examples.map(({ train, validation }) => [train, validation])}
            versionId={versionId}
          />
        ) : null;
      })}
      {kinds.map(({ kind, same }) => {
        const twins = report.duplicates[kind];
        return twins && twins.groups > 0 ? (
          <Groups
            key={`twins ${kind}`}
            title={`More than once in training: ${same}`}
            hint={`${formatCount(twins.items)} items in ${formatCount(twins.groups)} groups.`}
            groups={twins.examples}
            versionId={versionId}
          />
        ) : null;
      })}
    </>
  );
}

function Groups({
  title,
  hint,
  groups,
  versionId,
}: {
  title: string;
  hint: string;
  groups: readonly (readonly string[])[];
  versionId: string;
}) {
  return (
    <Section title={title} hint={hint}>
      <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0, display: 'flex', flexWrap: 'wrap', gap: 3 }}>
        {groups.map((group) => (
          <Box component="li" key={group.join(' ')} sx={{ display: 'flex', gap: 0.75 }}>
            {group.map((itemId) => (
              <Box key={itemId} sx={{ width: 96 }}>
                <Picture versionId={versionId} itemId={itemId} title={itemId} />
                <Typography variant="caption" color="text.secondary" noWrap component="div" title={itemId}>
                  {itemId}
                </Typography>
              </Box>
            ))}
          </Box>
        ))}
      </Box>
    </Section>
  );
}
