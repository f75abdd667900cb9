import CompareIcon from '@mui/icons-material/CompareArrowsOutlined';
import { Box, Button, MenuItem, TextField, Typography } from '@mui/material';
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { useGetMany } from 'react-admin';
import { Link, useSearchParams } from 'react-router-dom';
import { useGraft } from '../api/hooks.js';
import type { Experiment, Run } from '../api/schemas.js';
import { LineFigure } from '../charts/LineFigure.js';
import { groupByQuantity, metricSeries, quantityTitle, type Series } from '../charts/series.js';
import { EmptyState } from '../ui/EmptyState.js';
import { formatDuration, formatNumber } from '../ui/format.js';
import { Mono } from '../ui/Mono.js';
import { Page } from '../ui/Page.js';
import { RecordTable, type Column } from '../ui/RecordTable.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { differingParameters } from './differingParameters.js';

type Compared = { run: Run; label: string; series: Series[] };

/** Lays the same step of several experiments over each other. */
export function ComparePage() {
  const graft = useGraft();
  const [search] = useSearchParams();
  const ids = (search.get('experiments') ?? '').split(',').filter(Boolean);
  const { data: experiments = [] } = useGetMany<Experiment>('experiments', { ids });
  const steps = [...new Set(experiments.flatMap((experiment) => experiment.runs.map((run) => run.name)))];
  const [chosen, setChosen] = useState<string | null>(null);
  const step = chosen ?? steps[0] ?? '';
  const runs = experiments.flatMap((experiment) =>
    experiment.runs.filter((run) => run.name === step).map((run) => ({ run, experimentName: experiment.name })),
  );
  const metrics = useQueries({
    queries: runs.map(({ run }) => ({
      queryKey: ['runs', 'metrics', run.id],
      queryFn: () => graft.listRunMetrics(run.id),
    })),
  });
  const names = runs.map((entry) => entry.experimentName);
  const compared = runs.map(({ run }, index): Compared => ({
    run,
    label: uniqueLabel(names, index),
    series: metricSeries(metrics[index]?.data?.items ?? []),
  }));

  return (
    <Page
      title="Compare experiments"
      crumbs={[{ label: 'Experiments', to: '/experiments' }]}
      description="The same step of each, curve over curve, and only the parameters that differ."
      actions={
        steps.length > 0 && (
          <TextField
            select
            label="Step"
            value={step}
            onChange={(event) => setChosen(event.target.value)}
            sx={{ minWidth: 180 }}
          >
            {steps.map((name) => (
              <MenuItem key={name} value={name}>
                {name}
              </MenuItem>
            ))}
          </TextField>
        )
      }
    >
      {ids.length < 2 ? (
        <Section>
          <EmptyState
            icon={CompareIcon}
            title="Nothing to compare yet"
            action={
              <Button variant="contained" component={Link} to="/experiments">
                Choose experiments
              </Button>
            }
          >
            Tick two or more experiments in the list.
          </EmptyState>
        </Section>
      ) : (
        <>
          <Outcomes compared={compared} />
          <Overlays compared={compared} />
          <Differences compared={compared} />
        </>
      )}
    </Page>
  );
}

/** Two experiments of one name get their number in the list, so that a legend tells them apart. */
function uniqueLabel(names: readonly string[], index: number): string {
  const name = names[index] ?? '';
  return names.filter((other) => other === name).length === 1 ? name : `${name} (${index + 1})`;
}

function Outcomes({ compared }: { compared: Compared[] }) {
  const quantities = [...new Set(compared.flatMap(({ series }) => series.map((one) => one.label)))];
  const columns: Column<Compared & { id: string }>[] = [
    { label: 'Experiment', render: ({ label }) => label },
    { label: 'State', render: ({ run }) => <StatusChip state={run.state} /> },
    ...quantities.map((name): Column<Compared & { id: string }> => ({
      label: `last ${name}`,
      align: 'right',
      render: ({ series }) => formatNumber(series.find((one) => one.label === name)?.points.at(-1)?.y ?? NaN),
    })),
    { label: 'CPU time', align: 'right', from: 'md', render: ({ run }) => formatDuration(1000 * run.cpuSeconds) },
  ];
  return (
    <Section flush>
      <RecordTable
        label="Compared runs"
        rows={compared.map((one) => ({ ...one, id: one.run.id }))}
        columns={columns}
        linkTo={({ run }) => `/runs/${run.id}/show`}
      />
    </Section>
  );
}

function Overlays({ compared }: { compared: Compared[] }) {
  const curves = compared.flatMap(({ label, run, series }) =>
    series.map((one) => ({ ...one, id: `${run.id} ${one.id}`, label: `${label}: ${one.label}` })),
  );
  const groups = groupByQuantity(curves, (curve) => curve.id.slice(curve.id.indexOf(' ') + 1));
  return (
    <Box sx={{ display: 'grid', gap: 2.5, gridTemplateColumns: 'repeat(auto-fit, minmax(360px, 1fr))' }}>
      {groups.map(({ quantity, series }) => (
        <Section key={quantity} title={quantityTitle(quantity)}>
          <LineFigure
            label={`${quantity} of ${compared.length} runs by step`}
            series={series}
            xLabel="step"
            height={320}
          />
        </Section>
      ))}
    </Box>
  );
}

function Differences({ compared }: { compared: Compared[] }) {
  const differences = differingParameters(compared.map(({ run }) => ({ ...run.parameters, seed: run.seed })));
  const columns: Column<{ id: string; values: string[] }>[] = [
    { label: 'Parameter', render: ({ id }) => <Mono>{id}</Mono> },
    ...compared.map(({ label }, index): Column<{ id: string; values: string[] }> => ({
      label,
      render: ({ values }) => <Mono>{values[index]}</Mono>,
    })),
  ];
  return (
    <Section title="Parameters that differ" flush={differences.length > 0}>
      {differences.length === 0 ? (
        <Typography variant="body2" color="text.secondary">
          They were run with the same parameters.
        </Typography>
      ) : (
        <RecordTable
          label="Parameters that differ"
          rows={differences.map(({ path, values }) => ({ id: path, values }))}
          columns={columns}
        />
      )}
    </Section>
  );
}
