import { describeFamilyModel } from '../conformance/family-model.js';
import { openStore } from '../open-store.js';
import { withLatency } from '../with-latency.js';

describeFamilyModel('sqlite::memory:', () => openStore('sqlite::memory:'));
describeFamilyModel('sqlite::memory: with callers that arrive apart', async () =>
  withLatency(await openStore('sqlite::memory:')),
);
