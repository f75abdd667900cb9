import type { DatasetVersion } from '../api/schemas.js';
import { Figure, FigureRow } from '../ui/Figure.js';
import { formatCount, formatPercent } from '../ui/format.js';
import { Section } from '../ui/Section.js';

const splits = [
  { split: 'train', meaning: 'to learn from' },
  { split: 'val', meaning: 'held out, to report on' },
  { split: 'test', meaning: 'held out, for the end' },
];

export function SplitBar({ version }: { version: DatasetVersion }) {
  const attributes = Object.keys(version.attributes);
  const share = (count: number) => (version.itemCount > 0 ? formatPercent(count / version.itemCount, 0) : '');
  return (
    <Section>
      <FigureRow>
        <Figure label="Items" value={formatCount(version.itemCount)} detail={`version ${version.version}`} accent />
        {splits.map(({ split, meaning }) => {
          const count = version.splitCounts[split] ?? 0;
          return <Figure key={split} label={split} value={formatCount(count)} detail={`${share(count)} ${meaning}`} />;
        })}
        <Figure label="Attributes" value={formatCount(attributes.length)} detail={attributes.join(', ')} />
      </FigureRow>
    </Section>
  );
}
