import AltRouteIcon from '@mui/icons-material/AltRouteOutlined';
import { Button } from '@mui/material';
import { Link } from 'react-router-dom';
import { useMay } from '../api/hooks.js';
import type { Endpoint } from '../api/schemas.js';
import { EmptyState } from '../ui/EmptyState.js';
import { SelectFilter } from '../ui/Filters.js';
import { formatCount } from '../ui/format.js';
import { Page } from '../ui/Page.js';
import { RecordList } from '../ui/RecordList.js';
import type { Column } from '../ui/RecordTable.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { TrafficBar } from './TrafficBar.js';

const columns: Column<Endpoint>[] = [
  { label: 'Name', render: (endpoint) => endpoint.name },
  { label: 'Model', render: (endpoint) => endpoint.modelName, from: 'sm' },
  { label: 'State', render: (endpoint) => <StatusChip state={endpoint.state} /> },
  { label: 'Traffic', render: (endpoint) => <TrafficBar variants={endpoint.variants} />, from: 'md' },
  {
    label: 'Requests, 24 h',
    align: 'right',
    render: (endpoint) => formatCount(endpoint.variants.reduce((sum, variant) => sum + variant.traffic.requests, 0)),
  },
  { label: 'Made', render: (endpoint) => <TimeAgo at={endpoint.createdAt} />, from: 'lg' },
];

export function EndpointList() {
  const may = useMay();
  const create = may('endpoints:create') && (
    <Button variant="contained" component={Link} to="/endpoints/create">
      New endpoint
    </Button>
  );
  return (
    <Page
      title="Endpoints"
      description="One stable address for each, with model versions behind it that share its traffic."
      actions={create}
    >
      <RecordList<Endpoint>
        resource="endpoints"
        label="endpoints"
        columns={columns}
        linkTo={(endpoint) => `/endpoints/${endpoint.id}/show`}
        filters={<SelectFilter name="state" label="State" options={['live', 'retired']} />}
        empty={
          <EmptyState icon={AltRouteIcon} title="No endpoints yet" action={create}>
            Put two versions behind one address, send real requests, and see which one people prefer.
          </EmptyState>
        }
      />
    </Page>
  );
}
