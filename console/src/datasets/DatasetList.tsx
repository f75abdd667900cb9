import PhotoLibraryIcon from '@mui/icons-material/PhotoLibraryOutlined';
import { Box, Button, Card, CardActionArea, Skeleton, Stack, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { useGraft, useMay, useRows } from '../api/hooks.js';
import type { Dataset } from '../api/schemas.js';
import { EmptyState } from '../ui/EmptyState.js';
import { formatCount } from '../ui/format.js';
import { Page } from '../ui/Page.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { Picture } from './Picture.js';

export function DatasetList() {
  const may = useMay();
  const { data: datasets, isPending } = useRows<Dataset>('datasets');
  const newDataset = may('datasets:create') && (
    <Button variant="contained" component={Link} to="/datasets/create">
      New dataset
    </Button>
  );
  return (
    <Page
      title="Datasets"
      description="Your pictures with their titles and attributes. Each import makes a new version that never changes."
      actions={newDataset}
    >
      {datasets?.length === 0 ? (
        <Section>
          <EmptyState icon={PhotoLibraryIcon} title="No datasets yet" action={newDataset}>
            Take a folder with pictures and a manifest (CSV or JSONL) that gives each picture an id, a title and
            attributes.
          </EmptyState>
        </Section>
      ) : (
        <Box sx={{ display: 'grid', gap: 2.5, gridTemplateColumns: 'repeat(auto-fill, minmax(300px, 1fr))' }}>
          {isPending && [0, 1, 2].map((card) => <Skeleton key={card} variant="rounded" height={250} />)}
          {datasets?.map((dataset) => (
            <DatasetCard key={dataset.id} dataset={dataset} />
          ))}
        </Box>
      )}
    </Page>
  );
}

function DatasetCard({ dataset }: { dataset: Dataset }) {
  const version = dataset.latestVersion;
  return (
    <Card variant="outlined" sx={{ display: 'flex' }}>
      <CardActionArea
        component={Link}
        to={`/datasets/${dataset.id}/show`}
        sx={{ display: 'flex', flexDirection: 'column', alignItems: 'stretch', justifyContent: 'flex-start' }}
      >
        <SamplePictures versionId={version?.id ?? null} />
        <Box sx={{ p: 2.25 }}>
          <Stack direction="row" sx={{ justifyContent: 'space-between', alignItems: 'center', gap: 1 }}>
            <Typography variant="h2" noWrap>
              {dataset.name}
            </Typography>
            <StatusChip state={dataset.tier} />
          </Stack>
          <Typography
            variant="body2"
            color="text.secondary"
            sx={{
              mt: 0.5,
              minHeight: '3em',
              display: '-webkit-box',
              WebkitLineClamp: 2,
              WebkitBoxOrient: 'vertical',
              overflow: 'hidden',
            }}
          >
            {dataset.description || 'No description.'}
          </Typography>
          <Typography variant="caption" color="text.secondary" component="div" sx={{ mt: 1.5 }}>
            {version ? (
              <>
                {formatCount(version.itemCount)} items · version {version.version} · <TimeAgo at={version.createdAt} />
              </>
            ) : (
              'Nothing imported yet'
            )}
          </Typography>
        </Box>
      </CardActionArea>
    </Card>
  );
}

const sampleCount = 5;

function SamplePictures({ versionId }: { versionId: string | null }) {
  const graft = useGraft();
  const { data } = useQuery({
    queryKey: ['dataset-versions', 'sample', versionId],
    queryFn: () => graft.listDatasetItems(versionId ?? '', { page: 1, perPage: sampleCount }),
    enabled: versionId !== null,
    staleTime: Infinity,
  });
  return (
    <Box
      sx={{
        display: 'grid',
        gridTemplateColumns: `repeat(${sampleCount}, 1fr)`,
        gap: 0.75,
        p: 1.5,
        pb: 0,
        minHeight: 74,
      }}
    >
      {versionId === null ? (
        <Box
          sx={{
            gridColumn: '1 / -1',
            display: 'grid',
            placeItems: 'center',
            border: '1px dashed',
            borderColor: 'divider',
            borderRadius: 2,
            color: 'text.secondary',
          }}
        >
          <PhotoLibraryIcon fontSize="small" aria-hidden />
        </Box>
      ) : (
        (data?.items ?? []).map((item) => <Picture key={item.id} versionId={versionId} itemId={item.id} title="" />)
      )}
    </Box>
  );
}
