import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.js';
import { createGraftClient } from '@graft/client';
import { createDataProvider } from './api/dataProvider.js';
import { serverEvents } from './api/live.js';

const root = document.getElementById('root');
if (!root) throw new Error('index.html lacks the element #root');

createRoot(root).render(
  <StrictMode>
    <App graft={createDataProvider(createGraftClient({ baseUrl: '' }))} live={serverEvents} />
  </StrictMode>,
);
