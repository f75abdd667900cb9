import SearchIcon from '@mui/icons-material/Search';
import { Box, InputAdornment, MenuItem, Pagination, Skeleton, Stack, TextField, Typography } from '@mui/material';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useGraft } from '../api/hooks.js';
import type { DatasetItem, DatasetVersion } from '../api/schemas.js';
import { formatCount } from '../ui/format.js';
import { Mono } from '../ui/Mono.js';
import { Picture } from './Picture.js';

const perPage = 48;

export function PictureGrid({ version }: { version: DatasetVersion }) {
  const graft = useGraft();
  const [page, setPage] = useState(1);
  const [filter, setFilter] = useState<Record<string, string>>({});
  const query = useDeferredValue(filter);
  const { data } = useQuery({
    queryKey: ['dataset-versions', 'items', version.id, page, query],
    queryFn: () => graft.listDatasetItems(version.id, { ...query, page, perPage }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
  const change = (name: string, value: string) => {
    setFilter((before) => ({ ...before, [name]: value }));
    setPage(1);
  };
  const pages = Math.ceil((data?.total ?? 0) / perPage);
  const selects: { name: string; label: string; options: string[] }[] = [
    { name: 'split', label: 'Split', options: ['train', 'val', 'test'] },
    ...Object.entries(version.attributes).map(([name, values]) => ({
      name: `attribute.${name}`,
      label: name,
      options: values.map((entry) => entry.value),
    })),
  ];

  return (
    <Stack spacing={2}>
      <Stack
        direction="row"
        useFlexGap
        spacing={1.5}
        sx={{ flexWrap: 'wrap' }}
        role="search"
        aria-label="Filter pictures"
      >
        <TextField
          label="Title or id"
          value={filter.q ?? ''}
          onChange={(event) => change('q', event.target.value)}
          sx={{ minWidth: 220 }}
          slotProps={{
            input: {
              startAdornment: (
                <InputAdornment position="start">
                  <SearchIcon fontSize="small" />
                </InputAdornment>
              ),
            },
          }}
        />
        {selects.map((select) => (
          <TextField
            key={select.name}
            select
            label={select.label}
            value={filter[select.name] ?? ''}
            onChange={(event) => change(select.name, event.target.value)}
            sx={{ minWidth: 130 }}
          >
            <MenuItem value="">Any</MenuItem>
            {select.options.map((option) => (
              <MenuItem key={option} value={option}>
                {option}
              </MenuItem>
            ))}
          </TextField>
        ))}
      </Stack>
      <Typography variant="body2" color="text.secondary" role="status">
        {data ? `${formatCount(data.total)} items` : 'Loading…'}
      </Typography>
      <Box
        component="ul"
        aria-label="Pictures"
        sx={{
          listStyle: 'none',
          p: 0,
          m: 0,
          display: 'grid',
          gap: 2,
          gridTemplateColumns: 'repeat(auto-fill, minmax(148px, 1fr))',
        }}
      >
        {!data &&
          Array.from({ length: 12 }, (_, index) => (
            <Skeleton key={index} component="li" variant="rounded" sx={{ aspectRatio: '1', height: 'auto' }} />
          ))}
        {data?.items.map((item) => (
          <PictureTile key={item.id} item={item} versionId={version.id} />
        ))}
      </Box>
      {pages > 1 && (
        <Pagination
          page={page}
          count={pages}
          onChange={(_event, wanted) => setPage(wanted)}
          shape="rounded"
          sx={{ alignSelf: 'center' }}
        />
      )}
    </Stack>
  );
}

function PictureTile({ item, versionId }: { item: DatasetItem; versionId: string }) {
  return (
    <Box component="li" sx={{ minWidth: 0 }}>
      <Picture versionId={versionId} itemId={item.id} title={item.title || item.id} />
      <Typography variant="body2" noWrap title={item.title} sx={{ mt: 0.75, fontWeight: 550 }}>
        {item.title || item.id}
      </Typography>
      <Typography
        variant="caption"
        color="text.secondary"
        noWrap
        component="div"
        title={Object.entries(item.attributes)
          .map(([name, value]) => `${name}: ${value}`)
          .join('\n')}
      >
        <Mono sx={{ fontSize: '0.75rem' }}>{item.id}</Mono> · {item.split}
      </Typography>
    </Box>
  );
}
