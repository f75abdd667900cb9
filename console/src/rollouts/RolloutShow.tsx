import ArrowForwardIcon from '@mui/icons-material/ArrowForward';
import { Alert, Box, Stack, Typography } from '@mui/material';
import { useParams } from 'react-router-dom';
import { useRecord } from '../api/hooks.js';
import type { RolloutDetail } from '../api/schemas.js';
import { NodeCard } from '../graph/NodeCard.js';
import { Page } from '../ui/Page.js';
import { RecordGate } from '../ui/RecordGate.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { Decision } from './Decision.js';
import { EvidenceSection } from './EvidenceSection.js';
import { stateSentence } from './stateSentence.js';
import { Timeline } from './Timeline.js';

export function RolloutShow() {
  const { id } = useParams();
  return (
    <RecordGate query={useRecord<RolloutDetail>('rollouts', id)}>
      {(rollout) => <RolloutPage rollout={rollout} />}
    </RecordGate>
  );
}

function RolloutPage({ rollout }: { rollout: RolloutDetail }) {
  const rejection = rollout.moves.find((move) => move.state === 'rejected');
  return (
    <Page
      title={`${rollout.modelName} v${rollout.candidate.version} to champion`}
      chip={<StatusChip state={rollout.state} />}
      crumbs={[{ label: 'Rollouts', to: '/rollouts' }]}
      description={stateSentence(rollout)}
      actions={<Decision rollout={rollout} />}
    >
      {rejection && (
        <Alert severity="warning">
          {rejection.person.name} said no: “{rejection.comment}”
        </Alert>
      )}
      <WhatChanges rollout={rollout} />
      <EvidenceSection evidence={rollout.evidence} />
      <Section title="What happened">
        <Timeline moves={rollout.moves} />
      </Section>
    </Page>
  );
}

function WhatChanges({ rollout }: { rollout: RolloutDetail }) {
  const { champion, candidate } = rollout.evidence.facts;
  const isLive = rollout.state === 'live';
  return (
    <Section title="What changes">
      <Stack direction={{ xs: 'column', sm: 'row' }} spacing={2} sx={{ alignItems: { xs: 'stretch', sm: 'center' } }}>
        <Box sx={{ width: { sm: 220 }, height: 68 }}>
          <NodeCard
            title={champion ? `${rollout.modelName} v${champion.version}` : 'No champion yet'}
            subtitle={!champion ? 'before' : isLive ? 'was champion' : 'champion at the request'}
            to={champion ? `/model-versions/${champion.id}/show` : undefined}
          />
        </Box>
        <ArrowForwardIcon
          sx={{ color: 'text.secondary', transform: { xs: 'rotate(90deg)', sm: 'none' }, alignSelf: 'center' }}
          titleAccess="becomes"
        />
        <Box sx={{ width: { sm: 220 }, height: 68 }}>
          <NodeCard
            emphasised
            title={`${rollout.modelName} v${candidate.version}`}
            subtitle={isLive ? 'is champion' : 'candidate'}
            to={`/model-versions/${candidate.id}/show`}
          />
        </Box>
      </Stack>
      <Box sx={{ mt: 2.5, pl: 2, borderLeft: 3, borderColor: 'primary.main' }}>
        <Typography sx={{ whiteSpace: 'pre-wrap' }}>{rollout.reason}</Typography>
        <Typography variant="caption" color="text.secondary">
          {rollout.requestedBy.name}, <TimeAgo at={rollout.requestedAt} />
        </Typography>
      </Box>
    </Section>
  );
}
