import { Box } from '@mui/material';
import type { DatasetVersion } from '../api/schemas.js';
import { Figure, FigureRow } from '../ui/Figure.js';
import { formatCount, formatPercent } from '../ui/format.js';
import { Section } from '../ui/Section.js';

const splitMeaning: Record<string, string> = {
  train: 'to learn from',
  val: 'held out, to report on',
  test: 'held out, for the end',
};

export function SplitBar({ version }: { version: DatasetVersion }) {
  return (
    <Section>
      <FigureRow>
        <Figure label="Items" value={formatCount(version.itemCount)} detail={`version ${version.version}`} accent />
        {Object.entries(version.splitCounts).map(([split, count]) => (
          <Figure
            key={split}
            label={split}
            value={formatCount(count)}
            detail={
              <Box component="span">
                {version.itemCount > 0 && formatPercent(count / version.itemCount, 0)} {splitMeaning[split]}
              </Box>
            }
          />
        ))}
        <Figure
          label="Attributes"
          value={formatCount(Object.keys(version.attributes).length)}
          detail={Object.keys(version.attributes).join(', ')}
        />
      </FigureRow>
    </Section>
  );
}
