import { Box, Button, Typography } from '@mui/material';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useGraft, useMay, useSubmission } from '../api/hooks.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';

/** What the driver truly enforces on this machine, as its own probes found it, with what would make it stronger. */
export function IsolationReport() {
  const graft = useGraft();
  const may = useMay();
  const queryClient = useQueryClient();
  const { data: report } = useQuery({ queryKey: ['isolation'], queryFn: () => graft.getIsolation() });
  const { submit, pending } = useSubmission(
    async () => {
      queryClient.setQueryData(['isolation'], await graft.probeIsolation());
    },
    { announce: true },
  );
  if (!report) return null;
  return (
    <Section
      title={`Isolation: ${report.driver}`}
      hint={
        <>
          Measured by probes from inside a sandbox, <TimeAgo at={report.probedAt} />.
        </>
      }
      action={
        may('sandboxes:probe') && (
          <Button variant="outlined" size="small" loading={pending} onClick={() => void submit()}>
            Probe again
          </Button>
        )
      }
    >
      <Box component="ul" sx={{ listStyle: 'none', p: 0, m: 0, mt: 1, display: 'grid', gap: 1.5, gridTemplateColumns: 'repeat(auto-fill, minmax(300px, 1fr))' }}>
        {report.resources.map((entry) => (
          <Box component="li" key={entry.resource} sx={{ p: 1.75, borderRadius: 2.5, border: 1, borderColor: 'divider', bgcolor: 'background.default' }}>
            <Box sx={{ display: 'flex', justifyContent: 'space-between', alignItems: 'center', mb: 0.75 }}>
              <Typography variant="h3" component="h3">
                {entry.resource}
              </Typography>
              <StatusChip state={entry.level} />
            </Box>
            <Typography variant="body2">{entry.reason}</Typography>
            <Typography variant="caption" color="text.secondary" component="div">
              by {entry.mechanism}
            </Typography>
            {entry.remedy && (
              <Typography variant="caption" component="div" sx={{ mt: 0.75 }}>
                <strong>To strengthen it:</strong> {entry.remedy}
              </Typography>
            )}
          </Box>
        ))}
      </Box>
    </Section>
  );
}
