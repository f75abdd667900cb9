import { Alert, Box, Link as MuiLink, Stack, Typography } from '@mui/material';
import { Link } from 'react-router-dom';
import type { Evidence } from '../api/schemas.js';
import { AnalysisFigures } from '../endpoints/AnalysisSection.js';
import { HeadlineFigures } from '../runs/ReportPage.js';
import { pairedSentence } from '../runs/reportWords.js';
import { CopyText } from '../ui/CopyText.js';
import { formatCount, shortHash } from '../ui/format.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';

/** What a decision rests on: held-out items first, real traffic second. What is missing is said, not left out. */
export function EvidenceSection({ evidence }: { evidence: Evidence }) {
  const { evaluation, analysis, candidate } = evidence.facts;
  return (
    <Section
      title="Evidence so far"
      action={<StatusChip state={evidence.outcome} label={`under traffic: ${evidence.outcome}`} />}
      hint={
        <>
          Gathered <TimeAgo at={evidence.gatheredAt} />; document {evidence.sequence} of the model’s chain. Content of
          the candidate:{' '}
          <CopyText text={candidate.treeHash} shown={shortHash(candidate.treeHash)} label="content hash" />
        </>
      }
    >
      <Stack spacing={3}>
        <Box>
          <Typography variant="h3" sx={{ mb: 1 }}>
            On held-out items
          </Typography>
          {evaluation ? (
            <Stack spacing={1.5}>
              <HeadlineFigures report={evaluation} />
              {evaluation.paired.map((pair) => (
                <Typography key={`${pair.a} ${pair.b}`} variant="body2">
                  {pairedSentence(pair)}
                </Typography>
              ))}
              <Typography variant="body2" color="text.secondary">
                {formatCount(evaluation.itemCount)} items of {evaluation.split};{' '}
                <MuiLink component={Link} to={`/runs/${evaluation.runId}/report`}>
                  whole report
                </MuiLink>
              </Typography>
            </Stack>
          ) : (
            <Alert severity="warning">
              No evaluation compares this version. An evaluate step with it among the candidates is such evidence.
            </Alert>
          )}
        </Box>
        <Box>
          <Typography variant="h3" sx={{ mb: 1 }}>
            Under real traffic
          </Typography>
          {analysis ? (
            <AnalysisFigures analysis={analysis} />
          ) : (
            <Alert severity="warning">
              It met no traffic yet, or the request named no endpoint. Without an analysis the outcome is inconclusive.
            </Alert>
          )}
        </Box>
      </Stack>
    </Section>
  );
}
