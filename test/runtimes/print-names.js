// What the modules named by the arguments export, as JSON.
const names = {};
for (const module of process.argv.slice(2)) names[module] = Object.keys(await import(module));
console.log(JSON.stringify(names));
