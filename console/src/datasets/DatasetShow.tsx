import AddPhotoIcon from '@mui/icons-material/AddPhotoAlternateOutlined';
import { Button, MenuItem, TextField } from '@mui/material';
import { useState } from 'react';
import { useParams } from 'react-router-dom';
import { useMay, useRecord, useRows } from '../api/hooks.js';
import type { Dataset, DatasetVersion } from '../api/schemas.js';
import { EmptyState } from '../ui/EmptyState.js';
import { Page } from '../ui/Page.js';
import { RecordGate } from '../ui/RecordGate.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TabBar, useTab } from '../ui/TabBar.js';
import { AttributeHistograms } from './AttributeHistograms.js';
import { ImportPanel } from './ImportPanel.js';
import { PictureGrid } from './PictureGrid.js';
import { SplitBar } from './SplitBar.js';
import { VersionTable } from './VersionTable.js';

const tabs = [
  { id: 'pictures', label: 'Pictures' },
  { id: 'attributes', label: 'Attributes' },
  { id: 'versions', label: 'Versions' },
  { id: 'import', label: 'Import' },
] as const;

export function DatasetShow() {
  const { id } = useParams();
  return (
    <RecordGate query={useRecord<Dataset>('datasets', id)}>{(dataset) => <DatasetPage dataset={dataset} />}</RecordGate>
  );
}

function DatasetPage({ dataset }: { dataset: Dataset }) {
  const may = useMay();
  const [tab, setTab] = useTab(tabs.map((entry) => entry.id));
  const { data: versions, isPending } = useRows<DatasetVersion>('dataset-versions', { datasetId: dataset.id });
  const [chosenId, setChosenId] = useState<string | null>(null);
  const version = versions?.find((entry) => entry.id === chosenId) ?? versions?.[0];
  const importButton = may('datasets:import') && (
    <Button variant="contained" onClick={() => setTab('import')}>
      Import pictures
    </Button>
  );

  return (
    <Page
      title={dataset.name}
      chip={<StatusChip state={dataset.tier} />}
      crumbs={[{ label: 'Datasets', to: '/datasets' }]}
      description={dataset.description}
      actions={
        <>
          {versions && versions.length > 0 && (
            <TextField
              select
              label="Version"
              value={version?.id ?? ''}
              onChange={(event) => setChosenId(event.target.value)}
              sx={{ minWidth: 140 }}
            >
              {versions.map((entry) => (
                <MenuItem key={entry.id} value={entry.id}>
                  Version {entry.version}
                </MenuItem>
              ))}
            </TextField>
          )}
          {importButton}
        </>
      }
    >
      {version && <SplitBar version={version} />}
      <TabBar label="Parts of the dataset" tabs={tabs} current={tab} onChange={setTab} />
      {tab === 'import' ? (
        <ImportPanel datasetId={dataset.id} onDone={() => setTab('pictures')} />
      ) : !version ? (
        !isPending && (
          <Section>
            <EmptyState icon={AddPhotoIcon} title="Nothing imported yet" action={importButton}>
              Import a folder of pictures with a manifest to make the first version.
            </EmptyState>
          </Section>
        )
      ) : tab === 'pictures' ? (
        <PictureGrid key={version.id} version={version} />
      ) : tab === 'attributes' ? (
        <AttributeHistograms attributes={version.attributes} />
      ) : (
        <VersionTable versions={versions ?? []} />
      )}
    </Page>
  );
}
