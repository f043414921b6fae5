// The file of the worker that openThread() starts.
import { serve } from './serve.ts';

serve();
