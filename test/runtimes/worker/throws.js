throw new Error('thrown in a worker');
