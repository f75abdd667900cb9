import { Alert, Box, Button, ButtonBase, Chip, Skeleton, Stack, Tooltip, Typography } from '@mui/material';
import { refusalOf } from '../api/refusal.js';
import type { SearchAnswer, SearchHit } from '../api/schemas.js';
import { Picture } from '../datasets/Picture.js';
import { formatCount, formatMs, formatNumber } from '../ui/format.js';

/** As many as the server gives at once. */
const mostItems = 100;

type SearchResultsProps = {
  answer: SearchAnswer | undefined;
  error: unknown;
  pending: boolean;
  onMore: (limit: number) => void;
  onPick: (hit: SearchHit) => void;
};

/** Found items as pictures; each leads on to what is like it. */
export function SearchResults({ answer, error, pending, onMore, onPick }: SearchResultsProps) {
  if (error) {
    const problem = refusalOf(error);
    return (
      <Alert severity="warning">
        {problem.message}
        {problem.fields.map((entry) => (
          <div key={entry.field}>
            {entry.field}: {entry.message}
          </div>
        ))}
      </Alert>
    );
  }
  return (
    <Stack spacing={2} aria-busy={pending}>
      <Typography variant="body2" color="text.secondary" role="status">
        {answer ? summary(answer) : 'Searching…'}
      </Typography>
      <Box
        component="ul"
        aria-label="Found items"
        sx={{
          listStyle: 'none',
          m: 0,
          p: 0,
          display: 'grid',
          gap: 2,
          gridTemplateColumns: 'repeat(auto-fill, minmax(140px, 1fr))',
          opacity: pending && answer ? 0.6 : 1,
        }}
      >
        {!answer &&
          Array.from({ length: 12 }, (_, index) => (
            <Skeleton key={index} component="li" variant="rounded" sx={{ aspectRatio: '1', height: 'auto' }} />
          ))}
        {answer?.items.map((hit) => (
          <Box component="li" key={hit.id} sx={{ minWidth: 0 }}>
            <ResultTile hit={hit} versionId={answer.datasetVersionId} onPick={() => onPick(hit)} />
          </Box>
        ))}
      </Box>
      {answer && answer.items.length >= 24 && answer.items.length < mostItems && (
        <Button
          variant="outlined"
          color="inherit"
          sx={{ alignSelf: 'center' }}
          onClick={() => onMore(Math.min(mostItems, answer.items.length + 24))}
        >
          Show more
        </Button>
      )}
    </Stack>
  );
}

function summary(answer: SearchAnswer): string {
  const { items, approximate, candidates, tookMs } = answer;
  if (items.length === 0) return 'Nothing passes these filters. Take one away.';
  const compared = approximate
    ? `the index proposed ${formatCount(candidates)}`
    : `all ${formatCount(candidates)} that pass the filters were compared`;
  return `${formatCount(items.length)} found in ${formatMs(tookMs)}; ${compared}.`;
}

function ResultTile({ hit, versionId, onPick }: { hit: SearchHit; versionId: string; onPick: () => void }) {
  const facts = Object.entries(hit.attributes).map(([name, value]) => `${name}: ${value}`);
  return (
    <>
      <Tooltip title={<span style={{ whiteSpace: 'pre-line' }}>{facts.join('\n')}</span>}>
        <ButtonBase
          onClick={onPick}
          aria-label={`More like ${hit.title || hit.id}`}
          sx={{
            display: 'block',
            width: 1,
            borderRadius: 1.5,
            '&:hover img': { outline: 2, outlineColor: 'primary.main' },
          }}
        >
          <Picture versionId={versionId} itemId={hit.id} title={hit.title || hit.id} />
        </ButtonBase>
      </Tooltip>
      <Typography variant="body2" noWrap title={hit.title} sx={{ mt: 0.75, fontWeight: 550 }}>
        {hit.title || hit.id}
      </Typography>
      <Stack direction="row" spacing={1} sx={{ alignItems: 'center' }}>
        <Typography variant="caption" color="text.secondary" sx={{ fontVariantNumeric: 'tabular-nums' }}>
          {formatNumber(hit.score)}
        </Typography>
        {hit.duplicates.length > 0 && (
          <Tooltip title={`The same or almost the same: ${hit.duplicates.join(', ')}`}>
            <Chip size="small" label={`+${hit.duplicates.length} alike`} tabIndex={0} />
          </Tooltip>
        )}
      </Stack>
    </>
  );
}
