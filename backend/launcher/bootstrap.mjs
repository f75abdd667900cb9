// The first file of every command. It must parse on any Node, however old, to say which one is needed.
if (Number(process.versions.node.split('.')[0]) >= 20) {
  import('./prepare-and-run.mjs');
} else {
  console.error(
    '\nGraft needs Node 20 or newer to start (it brings the Node 24 it runs on); this is ' +
      process.version +
      '. Get one from https://nodejs.org.',
  );
  process.exitCode = 1;
}
