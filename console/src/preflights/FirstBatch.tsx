import { Box, Chip, Stack, Typography } from '@mui/material';
import type { PreflightReport } from '../api/schemas.js';
import { formatNumber } from '../ui/format.js';
import { Section } from '../ui/Section.js';

type Example = PreflightReport['examples'][number];

/** The first items of the first step as the graph is fed them: picture or vector, tokens, labels. */
export function FirstBatch({ examples, texts }: { examples: readonly Example[]; texts: PreflightReport['texts'] }) {
  return (
    <Section
      title="What the first step reads"
      hint={`Exactly this: pictures resized and augmented${texts ? `, the first ${texts.length} tokens of each text with their weights` : ''}. What is struck through is left out: a label of the loss${texts ? ', a token of this step' : ''}.`}
    >
      <Box
        component="ul"
        aria-label="First batch"
        sx={{
          listStyle: 'none',
          m: 0,
          p: 0,
          display: 'grid',
          gap: 2.5,
          gridTemplateColumns: `repeat(auto-fill, minmax(min(100%, ${texts ? 420 : 150}px), 1fr))`,
        }}
      >
        {examples.map((example, row) => (
          <Box component="li" key={row} sx={{ minWidth: 0 }}>
            <Stack direction={texts ? 'row' : 'column'} spacing={1.5}>
              <Input example={example} />
              <Stack spacing={0.75} sx={{ minWidth: 0, flex: 1 }}>
                <Typography variant="caption" color="text.secondary" noWrap title={example.itemId}>
                  {example.title || example.itemId}
                </Typography>
                {example.labels.length > 0 && <Labels labels={example.labels} />}
                {example.tokens && <Tokens tokens={example.tokens} />}
              </Stack>
            </Stack>
          </Box>
        ))}
      </Box>
    </Section>
  );
}

const side = 112;

function Input({ example: { picture, vector, itemId } }: { example: Example }) {
  if (picture !== null)
    return (
      <Box
        component="img"
        src={picture}
        alt={`${itemId} as it is read`}
        sx={{ width: side, flex: 'none', alignSelf: 'flex-start', imageRendering: 'pixelated', borderRadius: 1.5 }}
      />
    );
  if (vector === null) return null;
  return (
    <Typography variant="body2">
      {vector.dim} stored numbers, length {formatNumber(vector.length)}
    </Typography>
  );
}

function Labels({ labels }: { labels: Example['labels'] }) {
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 1.5 }}>
      {labels.map(({ target, label, counted }) => (
        <Typography key={target} variant="body2">
          <Box component="span" sx={{ color: 'text.secondary' }}>
            {target}{' '}
          </Box>
          {counted ? (
            <strong>{label}</strong>
          ) : (
            <Box component="del" title="not counted in the loss" sx={{ color: 'text.secondary' }}>
              {label ?? 'no label'}
            </Box>
          )}
        </Typography>
      ))}
    </Box>
  );
}

function Tokens({ tokens }: { tokens: NonNullable<Example['tokens']> }) {
  const heaviest = Math.max(...tokens.map(({ weight }) => weight));
  return (
    <Box
      component="ul"
      aria-label="Tokens"
      sx={{ listStyle: 'none', m: 0, p: 0, display: 'flex', flexWrap: 'wrap', gap: 0.5 }}
    >
      {tokens.map(({ text, id, weight }, position) => (
        <Chip
          component="li"
          key={position}
          size="small"
          variant="outlined"
          label={
            <>
              {text}{' '}
              <Box component="span" sx={{ color: 'text.secondary', fontVariantNumeric: 'tabular-nums' }}>
                {weight.toFixed(2)}
              </Box>
            </>
          }
          title={`row ${id} of the table, ${weight === 0 ? 'left out of this step' : `weight ${formatNumber(weight)}`}`}
          sx={{
            opacity: 0.5 + (0.5 * weight) / heaviest,
            textDecoration: weight === 0 ? 'line-through' : 'none',
          }}
        />
      ))}
      {tokens.length === 0 && (
        <Typography variant="caption" color="text.secondary">
          no token
        </Typography>
      )}
    </Box>
  );
}
