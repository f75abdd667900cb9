import ImageSearchIcon from '@mui/icons-material/ImageSearchOutlined';
import { Alert, Box } from '@mui/material';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useParams } from 'react-router-dom';
import { useGraft, useRecord } from '../api/hooks.js';
import type { DatasetVersion, SearchIndex } from '../api/schemas.js';
import { EmptyState } from '../ui/EmptyState.js';
import { formatCount } from '../ui/format.js';
import { Page } from '../ui/Page.js';
import { RecordGate } from '../ui/RecordGate.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { emptyQuestion, requestOf, type Question } from './question.js';
import { QuestionPanel } from './QuestionPanel.js';
import { SearchResults } from './SearchResults.js';
import { VersionsSection } from './VersionsSection.js';

export function SearchIndexShow() {
  const { id } = useParams();
  return (
    <RecordGate query={useRecord<SearchIndex>('search-indexes', id)}>
      {(index) => <SearchPage index={index} />}
    </RecordGate>
  );
}

function SearchPage({ index }: { index: SearchIndex }) {
  const graft = useGraft();
  const { current } = index;
  const versionId = current?.datasetVersionId ?? '';
  const { data: version } = useQuery({
    queryKey: ['dataset-versions', 'record', versionId],
    queryFn: (): Promise<DatasetVersion> => graft.getDatasetVersion(versionId),
    enabled: versionId !== '',
    staleTime: Infinity,
  });
  const [question, setQuestion] = useState<Question>(emptyQuestion);
  const request = useDeferredValue(requestOf(question));
  const search = useQuery({
    queryKey: ['search', index.id, current?.id, request],
    queryFn: () => graft.search(index.id, request!),
    enabled: request !== null && current !== null,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
  const change = (part: Partial<Question>) =>
    setQuestion((before) => ({ ...before, limit: emptyQuestion.limit, ...part }));

  return (
    <Page
      title={index.name}
      chip={<StatusChip state={index.state} />}
      crumbs={[{ label: 'Visual search', to: '/search-indexes' }]}
      description={`${formatCount(current?.itemCount ?? 0)} items of ${index.datasetName}, found by ${current?.readsTexts ? 'picture, part of a picture, words, or both' : 'picture or part of a picture'}.`}
    >
      {index.state === 'starting' && (
        <Alert severity="info">
          {index.next?.serverMessage ?? 'Its first server is starting. This page goes on by itself.'}
        </Alert>
      )}
      {index.state === 'unavailable' && (
        <Alert severity="warning">{current?.serverMessage ?? 'Its server is being started again.'}</Alert>
      )}
      <Box
        sx={{
          display: 'grid',
          gap: 3,
          gridTemplateColumns: { xs: '1fr', md: '320px minmax(0, 1fr)' },
          alignItems: 'start',
        }}
      >
        <QuestionPanel
          question={question}
          readsTexts={current?.readsTexts ?? false}
          version={version}
          change={change}
          clear={() => setQuestion(emptyQuestion)}
        />
        {request === null ? (
          <Section>
            <EmptyState icon={ImageSearchIcon} title="Show it something">
              Drop a picture on the left{current?.readsTexts ? ', or describe what you look for' : ''}. Each answer
              leads on to more like it.
            </EmptyState>
          </Section>
        ) : (
          <SearchResults
            answer={search.data}
            error={search.error}
            pending={search.isFetching}
            onMore={(limit) => change({ limit })}
            onPick={({ id, title }) => change({ item: { id, title }, picture: null, crop: null, text: '' })}
          />
        )}
      </Box>
      <VersionsSection index={index} />
    </Page>
  );
}
