import ArrowForwardIcon from '@mui/icons-material/ArrowForward';
import { Alert, Box, Stack, Typography } from '@mui/material';
import { useParams } from 'react-router-dom';
import { useRecord } from '../api/hooks.js';
import type { Rollout } from '../api/contract.js';
import { NodeCard } from '../graph/NodeCard.js';
import { Page } from '../ui/Page.js';
import { RecordGate } from '../ui/RecordGate.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { Decision } from './Decision.js';
import { EvidenceSection } from './EvidenceSection.js';
import { stateSentence } from './stateSentence.js';

export function RolloutShow() {
  const { id } = useParams();
  return <RecordGate query={useRecord<Rollout>('rollouts', id)}>{(rollout) => <RolloutPage rollout={rollout} />}</RecordGate>;
}

function RolloutPage({ rollout }: { rollout: Rollout }) {
  const rejection = rollout.state === 'rejected' ? rollout.approvals.find((approval) => approval.decision === 'rejected') : undefined;
  return (
    <Page
      title={`${rollout.modelName} v${rollout.version} to champion`}
      chip={<StatusChip state={rollout.state} />}
      crumbs={[{ label: 'Rollouts', to: '/rollouts' }]}
      description={stateSentence(rollout)}
      actions={<Decision rollout={rollout} />}
    >
      {rejection && (
        <Alert severity="warning">
          {rejection.by.name} said no: “{rejection.comment}”
        </Alert>
      )}
      <Section title="What changes">
        <Stack direction={{ xs: 'column', sm: 'row' }} spacing={2} sx={{ alignItems: { xs: 'stretch', sm: 'center' }, mt: 1 }}>
          <Box sx={{ width: { sm: 220 }, height: 68 }}>
            <NodeCard
              title={rollout.previousVersion === null ? 'No champion yet' : `${rollout.modelName} v${rollout.previousVersion}`}
              subtitle={rollout.state === 'live' ? 'was champion' : 'champion before'}
              to={rollout.previousVersionId === null ? undefined : `/model-versions/${rollout.previousVersionId}/show`}
            />
          </Box>
          <ArrowForwardIcon sx={{ color: 'text.secondary', transform: { xs: 'rotate(90deg)', sm: 'none' }, alignSelf: 'center' }} titleAccess="becomes" />
          <Box sx={{ width: { sm: 220 }, height: 68 }}>
            <NodeCard emphasised title={`${rollout.modelName} v${rollout.version}`} subtitle={rollout.state === 'live' ? 'is champion' : 'candidate'} to={`/model-versions/${rollout.modelVersionId}/show`} />
          </Box>
        </Stack>
        <Box sx={{ mt: 2.5, pl: 2, borderLeft: 3, borderColor: 'primary.main' }}>
          <Typography sx={{ whiteSpace: 'pre-wrap' }}>{rollout.reason}</Typography>
          <Typography variant="caption" color="text.secondary">
            {rollout.requestedBy.name}, <TimeAgo at={rollout.requestedAt} />
          </Typography>
        </Box>
      </Section>
      <EvidenceSection rollout={rollout} />
      <Section title="What happened">
        <Stack component="ol" sx={{ listStyle: 'none', p: 0, m: 0, mt: 1 }}>
          {rollout.timeline.map((entry, index) => (
            <Box component="li" key={`${entry.at} ${entry.state}`} sx={{ display: 'grid', gridTemplateColumns: '20px 1fr', gap: 1.5 }}>
              <Box sx={{ display: 'flex', flexDirection: 'column', alignItems: 'center' }}>
                <Box sx={{ width: 10, height: 10, mt: '7px', borderRadius: '50%', bgcolor: 'primary.main' }} />
                {index < rollout.timeline.length - 1 && <Box sx={{ flex: 1, width: 2, bgcolor: 'divider', mt: 0.5 }} />}
              </Box>
              <Box sx={{ pb: 2 }}>
                <Typography variant="body2">
                  <strong>{entry.state.replaceAll('-', ' ')}</strong> by {entry.actor}, <TimeAgo at={entry.at} />
                </Typography>
                {entry.comment && (
                  <Typography variant="body2" color="text.secondary" sx={{ whiteSpace: 'pre-wrap' }}>
                    “{entry.comment}”
                  </Typography>
                )}
              </Box>
            </Box>
          ))}
        </Stack>
      </Section>
    </Page>
  );
}
