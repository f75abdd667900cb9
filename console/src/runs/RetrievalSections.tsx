import { Stack, Typography, useTheme } from '@mui/material';
import type { Report } from '../api/schemas.js';
import { IntervalBar } from '../charts/IntervalBar.js';
import { LineFigure } from '../charts/LineFigure.js';
import { Figure, FigureRow } from '../ui/Figure.js';
import { formatCount, formatPercent } from '../ui/format.js';
import { Section } from '../ui/Section.js';

type Retrieval = NonNullable<Report['retrieval']>;
type Share = Retrieval['textToImage']['r1'];

const interval = ({ low, high }: Share): string => `95 % interval ${formatPercent(low)} to ${formatPercent(high)}`;

/** What a dual encoder finds: pictures by title, by attribute value and by picture, beside chance and baselines that learn nothing. */
export function RetrievalSections({ retrieval }: { retrieval: Retrieval }) {
  const { palette } = useTheme();
  const { textToImage, valuesToImages, imageToImage, prefixes } = retrieval;
  return (
    <>
      <Section
        title="Titles to pictures"
        hint={`Each judged title asked among all ${formatCount(retrieval.galleryCount)} pictures; right is a picture of an item with that title.`}
      >
        <FigureRow>
          <Figure
            accent
            label="Right at first place (R@1)"
            value={formatPercent(textToImage.r1.value)}
            detail={`${interval(textToImage.r1)}; chance ${formatPercent(textToImage.random.r1, 3)}`}
          />
          <Figure
            accent
            label="Right among ten (R@10)"
            value={formatPercent(textToImage.r10.value)}
            detail={`${interval(textToImage.r10)}; chance ${formatPercent(textToImage.random.r10, 3)}`}
          />
          <Figure
            label="Mean reciprocal rank"
            value={textToImage.mrr.value.toFixed(3)}
            detail={`${textToImage.mrr.low.toFixed(3)} to ${textToImage.mrr.high.toFixed(3)}, n ${formatCount(textToImage.mrr.n)}`}
          />
        </FigureRow>
      </Section>
      {valuesToImages.length > 0 && (
        <Section
          title="Words to pictures"
          hint="Each value of an attribute asked in words: share of the first ten that carry it, among the judged items."
        >
          <Stack spacing={1.25}>
            {valuesToImages.map(({ attribute, judged, allJudged, ceiling, random }) => {
              const isCommon = judged.n > 0;
              const shown = isCommon ? judged : allJudged;
              return (
                <Stack key={attribute} spacing={0.25}>
                  <IntervalBar
                    label={attribute}
                    value={shown.value}
                    interval={shown}
                    n={shown.n}
                    color={palette.primary.main}
                  />
                  <Typography variant="caption" color="text.secondary">
                    {isCommon
                      ? `by chance ${formatPercent(random)}; values that at least ten judged items have`
                      : `no value has ten judged items: all values, where a perfect answer gets ${formatPercent(ceiling)}`}
                  </Typography>
                </Stack>
              );
            })}
          </Stack>
        </Section>
      )}
      <Section
        title="Pictures to pictures"
        hint={`Share of the ten nearest that agree in ${imageToImage.attributes.join(' and ')}.`}
      >
        <Stack spacing={1.25}>
          {imageToImage.precision.map(({ by, p10 }) => (
            <IntervalBar
              key={by}
              label={by}
              value={p10.value}
              interval={p10}
              n={p10.n}
              color={by === 'encoder' ? palette.primary.main : palette.action.disabled}
              emphasised={by === 'encoder'}
            />
          ))}
        </Stack>
      </Section>
      {prefixes.length > 1 && (
        <Section
          title="With the first numbers only"
          hint="Titles to pictures by shorter vectors: what storing less costs."
        >
          <LineFigure
            label="Recall of titles to pictures by the length of the vectors"
            xLabel="Numbers kept of each vector"
            marks
            format={(value) => formatPercent(value, 0)}
            series={[
              { id: 'r10', label: 'R@10', points: prefixes.map(({ dim, r10 }) => ({ x: dim, y: r10 })) },
              { id: 'r1', label: 'R@1', points: prefixes.map(({ dim, r1 }) => ({ x: dim, y: r1 })) },
            ]}
          />
        </Section>
      )}
    </>
  );
}
