import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router-dom';
import { useGraft, useRecord } from '../api/hooks.js';
import type { Experiment, Run, SpaceReport } from '../api/schemas.js';
import { useReferencedVersion } from '../datasets/useReferencedVersion.js';
import { Figure, FigureRow } from '../ui/Figure.js';
import { formatCount, formatNumber, formatPercent, shortHash } from '../ui/format.js';
import { Page } from '../ui/Page.js';
import { RecordGate } from '../ui/RecordGate.js';
import { Section } from '../ui/Section.js';
import { AgreementSection } from './AgreementSection.js';
import { ComparisonSection } from './ComparisonSection.js';
import { NeighbourGrids } from './NeighbourGrids.js';
import { SpaceMap } from './SpaceMap.js';

export function SpaceReportPage() {
  const { id = '' } = useParams();
  const graft = useGraft();
  const run = useRecord<Run>('runs', id);
  const report = useQuery({
    queryKey: ['runs', 'space-report', id],
    queryFn: () => graft.getRunSpaceReport(id),
    staleTime: Infinity,
  });
  return (
    <RecordGate query={report}>
      {(loaded) => <RecordGate query={run}>{(record) => <SpaceReportView report={loaded} run={record} />}</RecordGate>}
    </RecordGate>
  );
}

function SpaceReportView({ report, run }: { report: SpaceReport; run: Run }) {
  const { data: experiment } = useRecord<Experiment>('experiments', run.experimentId);
  const versionId = useReferencedVersion(String(run.parameters.dataset ?? ''));
  const { against, norms } = report;
  const overlap = against?.neighbourOverlap.find(({ k }) => k === 10)?.overlap;
  return (
    <Page
      title={`Inside space ${shortHash(report.space.id)}`}
      crumbs={[
        { label: 'Experiments', to: '/experiments' },
        { label: experiment?.name ?? 'Experiment', to: `/experiments/${run.experimentId}/show` },
        { label: run.name, to: `/runs/${run.id}/show` },
      ]}
      description={`${formatCount(report.itemCount)} vectors of ${report.space.definition.dim} dimensions${against ? `, against ${against.space.id === report.space.id ? 'another snapshot of the same space' : `space ${shortHash(against.space.id)}`}` : ''}.`}
    >
      <Section>
        <FigureRow>
          <Figure
            label="Length of the vectors"
            value={formatNumber(norms.mean)}
            detail={`± ${formatNumber(norms.deviation)}; ${formatNumber(norms.min)} to ${formatNumber(norms.max)}`}
          />
          <Figure
            label="Length of the mean direction"
            value={formatNumber(report.centroidLength)}
            detail="0: spread over all directions; 1: all the same"
          />
          {overlap && (
            <Figure
              accent
              label="Neighbours in common"
              value={formatPercent(overlap.value)}
              detail={`of the 10 nearest; 95 % interval ${formatPercent(overlap.low)} to ${formatPercent(overlap.high)}, n ${formatCount(overlap.n)}`}
            />
          )}
        </FigureRow>
      </Section>
      <SpaceMap points={report.map} versionId={versionId} />
      <AgreementSection agreement={report.agreement} />
      <NeighbourGrids grids={report.grids} versionId={versionId} compared={against !== null} />
      {against && <ComparisonSection run={run} against={against} space={report.space} />}
    </Page>
  );
}
