import { startClock } from '../../harbour/browser/clock.js';

startClock();
