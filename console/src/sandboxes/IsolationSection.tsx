import { Box, Button, Stack, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useNotify } from 'react-admin';
import { useGraft, useMay, useSubmission } from '../api/hooks.js';
import type { IsolationReport } from '../api/schemas.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';

/** What each machine's driver truly enforces, as its own probes found it, with what would make it stronger. */
export function IsolationSection() {
  const graft = useGraft();
  const may = useMay();
  const notify = useNotify();
  const { data } = useQuery({ queryKey: ['isolation'], queryFn: () => graft.getIsolation(), refetchInterval: 15_000 });
  const { submit, pending } = useSubmission(
    async () => {
      await graft.probeIsolation();
      notify('The workers probe their isolation again; a new report appears here when one has.', { type: 'info' });
    },
    { announce: true },
  );
  const probe = may('sandboxes:probe') && (
    <Button variant="outlined" size="small" loading={pending} onClick={() => void submit()}>
      Probe again
    </Button>
  );
  if (!data) return null;
  if (data.reports.length === 0) {
    return (
      <Section title="Isolation" action={probe}>
        <Typography variant="body2" color="text.secondary">
          No worker has measured its isolation yet.
        </Typography>
      </Section>
    );
  }
  return (
    <>
      {data.reports.map((report) => (
        <HostReport key={report.id} report={report} action={probe} />
      ))}
    </>
  );
}

function HostReport({ report, action }: { report: IsolationReport; action: React.ReactNode }) {
  const blocked = report.probes.filter((probe) => probe.verdict === 'blocked').length;
  const open = report.probes.filter((probe) => probe.verdict !== 'blocked');
  return (
    <Section
      title={`Isolation on ${report.host}`}
      hint={
        <>
          Driver {report.driver}, {report.runtime}. {blocked} of {report.probes.length} attacks from inside a sandbox
          were blocked, <TimeAgo at={report.createdAt} />.
        </>
      }
      action={
        <Stack direction="row" spacing={1.5} sx={{ alignItems: 'center' }}>
          <StatusChip state={report.level} label={`overall: ${report.level}`} />
          {action}
        </Stack>
      }
    >
      <Box
        component="ul"
        sx={{
          listStyle: 'none',
          p: 0,
          m: 0,
          display: 'grid',
          gap: 1.5,
          gridTemplateColumns: 'repeat(auto-fill, minmax(290px, 1fr))',
        }}
      >
        {report.findings.map((finding) => (
          <Box
            component="li"
            key={finding.resource}
            sx={{ p: 1.75, borderRadius: 2.5, border: 1, borderColor: 'divider', bgcolor: 'background.default' }}
          >
            <Box sx={{ display: 'flex', justifyContent: 'space-between', alignItems: 'center', mb: 0.75 }}>
              <Typography variant="h3">{finding.resource}</Typography>
              <StatusChip state={finding.level} />
            </Box>
            <Typography variant="body2">{finding.reason}</Typography>
            {finding.remedy && (
              <Typography variant="caption" color="text.secondary" component="div" sx={{ mt: 0.75 }}>
                <strong>To strengthen it:</strong> {finding.remedy}
              </Typography>
            )}
          </Box>
        ))}
      </Box>
      {open.length > 0 && (
        <Box sx={{ mt: 2 }}>
          <Typography variant="h3">Not blocked, or not proven</Typography>
          <Box component="ul" sx={{ mt: 0.75, mb: 0, pl: 2.5 }}>
            {open.map((entry) => (
              <Typography component="li" variant="body2" key={entry.id}>
                {entry.title} ({entry.resource}): {entry.verdict.replaceAll('-', ' ')}. {entry.detail}
              </Typography>
            ))}
          </Box>
        </Box>
      )}
    </Section>
  );
}
