import { Alert, Stack, Typography } from '@mui/material';
import { useParams } from 'react-router-dom';
import { useGraft, useMay, useRecord, useRows } from '../api/hooks.js';
import type { LiveSnapshot, SpaceCompatibility, SpaceDetail } from '../api/schemas.js';
import { ConfirmButton } from '../ui/ConfirmButton.js';
import { CopyText } from '../ui/CopyText.js';
import { Facts } from '../ui/Facts.js';
import { formatCount, formatDuration, formatPercent, shortHash } from '../ui/format.js';
import { Page } from '../ui/Page.js';
import { RecordGate } from '../ui/RecordGate.js';
import { Section } from '../ui/Section.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { CoverageBar } from './CoverageBar.js';
import { SnapshotTable } from './SnapshotTable.js';

export function SpaceShow() {
  const { id } = useParams();
  return <RecordGate query={useRecord<SpaceDetail>('spaces', id)}>{(space) => <SpacePage space={space} />}</RecordGate>;
}

function SpacePage({ space }: { space: SpaceDetail }) {
  const { definition } = space;
  const { preprocessing } = definition;
  return (
    <Page
      title={`Space ${shortHash(space.id)}`}
      crumbs={[{ label: 'Spaces', to: '/spaces' }]}
      description="Everything that carries this identity was written by the same encoder in the same way. Anything else is refused, also at equal dimension."
    >
      {space.live.map((live) => (
        <LiveSection key={live.datasetId} spaceId={space.id} live={live} />
      ))}
      <SnapshotTable spaceId={space.id} />
      <CompatibilitySection spaceId={space.id} />
      <Section title="Identity">
        <Facts
          facts={[
            ['Space', <CopyText key="id" text={space.id} label="space id" />],
            ['Encoder', <CopyText key="encoder" text={definition.encoderSha256} label="encoder hash" />],
            ['Dimensions', definition.dim],
            ['Pooling', definition.pooling],
            ['Unit length', definition.normalised ? 'yes' : 'no'],
            ['Pictures', `${preprocessing.width} × ${preprocessing.height}, ${preprocessing.fit}`],
            ['Mean, deviation', `${preprocessing.mean.join(', ')}; ${preprocessing.std.join(', ')}`],
          ]}
        />
      </Section>
    </Page>
  );
}

function LiveSection({ spaceId, live }: { spaceId: string; live: LiveSnapshot }) {
  const graft = useGraft();
  const may = useMay();
  const { coverage, datasetName, newestVersion } = live;
  const behind = coverage.stale + coverage.missing;
  return (
    <Section
      title={`Live for ${datasetName}`}
      hint={
        <>
          Computed {formatDuration(1000 * live.ageSeconds)} ago, live since <TimeAgo at={live.movedAt} />; measured
          against version {newestVersion.version} of the dataset.
        </>
      }
      action={
        live.previousId !== null &&
        may('spaces:publish') && (
          <ConfirmButton
            size="small"
            label="Roll back"
            title={`Make the snapshot before live for ${datasetName}?`}
            explanation="Rolling back once more undoes it."
            action={() => graft.rollbackLiveSnapshot(spaceId, live.datasetId)}
          />
        )
      }
    >
      <Stack spacing={1.5}>
        <CoverageBar coverage={coverage} />
        {behind > 0 && (
          <Alert severity="info">
            An embed step with “previous: snapshot:latest” computes the {behind} that are behind and keeps the rest.
          </Alert>
        )}
        {live.encodedOnMiss > 0 && (
          <Typography variant="body2">
            Models encoded {formatCount(live.encodedOnMiss)} items by themselves because it lacked them; each new
            dataset version that this happens to is back-filled.
          </Typography>
        )}
      </Stack>
    </Section>
  );
}

function CompatibilitySection({ spaceId }: { spaceId: string }) {
  const { data: asked } = useRows<SpaceCompatibility>('space-compatibilities', { querySpaceId: spaceId });
  if (!asked || asked.length === 0) return null;
  return (
    <Section title="Compatible spaces" hint="Where queries of this space may be asked, as measured and declared.">
      <Stack spacing={1} component="ul" sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {asked.map((entry) => (
          <Typography key={entry.id} component="li" variant="body2">
            <strong>{shortHash(entry.storedSpaceId)}</strong>{' '}
            {entry.map === 'orthogonal' ? 'through an orthogonal map' : 'as they are'}: {formatPercent(entry.overlap)}{' '}
            of the ten nearest are found (95 % from {formatPercent(entry.overlapLow)}, {entry.queries} queries).{' '}
            {entry.declaredByName}: {entry.reason}
          </Typography>
        ))}
      </Stack>
    </Section>
  );
}
