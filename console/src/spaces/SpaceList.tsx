import SpaceIcon from '@mui/icons-material/BubbleChartOutlined';
import { Button } from '@mui/material';
import { Link } from 'react-router-dom';
import { useRows } from '../api/hooks.js';
import type { Space } from '../api/schemas.js';
import { EmptyState } from '../ui/EmptyState.js';
import { shortHash } from '../ui/format.js';
import { Mono } from '../ui/Mono.js';
import { Page } from '../ui/Page.js';
import { RecordTable, type Column } from '../ui/RecordTable.js';
import { Section } from '../ui/Section.js';
import { TimeAgo } from '../ui/TimeAgo.js';

const columns: Column<Space>[] = [
  { label: 'Space', render: (space) => <Mono>{shortHash(space.id)}</Mono> },
  { label: 'Dimensions', align: 'right', render: (space) => space.definition.dim },
  { label: 'Unit length', from: 'sm', render: (space) => (space.definition.normalised ? 'yes' : 'no') },
  {
    label: 'Pictures read at',
    from: 'sm',
    render: ({ definition: { preprocessing } }) => `${preprocessing.width} × ${preprocessing.height}`,
  },
  { label: 'Encoder', from: 'md', render: (space) => <Mono>{shortHash(space.definition.encoderSha256)}</Mono> },
  { label: 'Made', render: (space) => <TimeAgo at={space.createdAt} /> },
];

export function SpaceList() {
  const { data: spaces } = useRows<Space>('spaces');
  const embed = (
    <Button variant="contained" component={Link} to="/experiments/create">
      Start an experiment
    </Button>
  );
  return (
    <Page
      title="Spaces"
      description="A space is one encoder used in one way. Vectors of one space can be compared with each other and with nothing else."
    >
      <Section flush>
        {spaces?.length === 0 ? (
          <EmptyState icon={SpaceIcon} title="No vectors yet" action={embed}>
            An experiment with an embed step computes one vector for every item of a dataset and opens the space they
            live in.
          </EmptyState>
        ) : (
          <RecordTable
            label="Embedding spaces"
            rows={spaces}
            columns={columns}
            linkTo={(space) => `/spaces/${space.id}/show`}
          />
        )}
      </Section>
    </Page>
  );
}
