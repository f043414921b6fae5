// The app's own worker, which may hold more than the package's.
import { serve } from 'lanewise/worker/serve';

serve();
