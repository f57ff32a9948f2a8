/**
 * Who may import whom: docs/architecture.md, "Layers", as rules that run with the tests (`npm run layers`). Type imports count, because a
 * type is knowledge too. Parsed with swc: TypeScript 7 has no JavaScript interface that a checker could use.
 */
const { Visitor } = require('@swc/core/Visitor.js');

const server = '^packages/server/src/';
const test = '[.]test[.]tsx?$|^test/';

/** Downwards only: a layer may import itself and every layer below it. */
const layers = [
  { name: 'main', holds: 'main[.]ts$' },
  { name: 'cli', holds: 'cli/' },
  { name: 'compose', holds: '(?:(?:index|compose|apply|in-dialect|tenant-runtime|cached-clients|logger)[.]ts$|jobs/)' },
  { name: 'http', holds: 'http/' },
  { name: 'features', holds: '(interaction|broker|account|admin|dialects)/' },
  // What a handler is given and gives, in plain values: the vocabulary that features and the routes above them share.
  { name: 'calls', holds: 'http/(call|browser|csrf|headers|page)[.]ts$' },
  { name: 'tenant', holds: '(tenant|dialect|upstream)[.]ts$' },
  { name: 'config', holds: 'config/' },
  { name: 'services', holds: '(users|keys|pki|ui|audit|mail|outbound)/' },
  { name: 'store', holds: 'store[.]ts$' },
];

/** `http/` as a whole stands high; its four vocabulary files are a lower layer of their own. */
function exactly(layer) {
  const path = `${server}${layer.holds}`;
  return layer.name === 'http' ? { path, pathNot: `${server}${layers.find(({ name }) => name === 'calls').holds}` } : { path };
}

const downwards = layers.flatMap((layer, index) => {
  const above = layers.slice(0, index);
  const { path, pathNot } = exactly(layer);
  if (above.length === 0) return [];
  return above.map((upper) => ({
    name: `${layer.name}-not-${upper.name}`,
    comment: `${layer.name} is below ${upper.name}: imports go downwards only`,
    severity: 'error',
    from: { path, pathNot: [test, ...(pathNot === undefined ? [] : [pathNot])] },
    to: exactly(upper),
  }));
});

/** swc parses `using x = ...` but its visitor, which the checker builds on, does not know the statement and would stop there. */
const visitStatement = Visitor.prototype.visitStatement;
Visitor.prototype.visitStatement = function visit(statement) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement);
  return { ...statement, decls: this.visitVariableDeclarators(statement.decls) };
};

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'two files that need each other are one file, or share a third',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'a rule can only see what it can find',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'provider-is-pure',
      comment: 'the core imports itself, node:crypto and jose: no socket, file, clock or environment',
      severity: 'error',
      from: { path: '^packages/provider/src/', pathNot: [test, '^packages/provider/src/conformance'] },
      to: { pathNot: '^packages/provider/src/|^(node:)?crypto$|^node_modules/jose/' },
    },
    {
      name: 'provider-suite',
      comment: 'the conformance suite of the storage port may use assertions besides; the core does not know the suite',
      severity: 'error',
      from: { path: '^packages/provider/src/conformance' },
      to: { pathNot: '^packages/provider/src/|^(node:)?(assert(/strict)?|crypto)$' },
    },
    {
      name: 'provider-without-suite',
      comment: 'the core must not depend on what tests it',
      severity: 'error',
      from: { path: '^packages/provider/src/', pathNot: [test, '^packages/provider/src/conformance'] },
      to: { path: '^packages/provider/src/conformance' },
    },
    {
      name: 'memory-store-is-for-tests',
      comment: 'what it holds dies with the process: the product does not use it',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: [test, '^packages/provider/src/memory-store'] },
      to: { path: '^packages/provider/src/memory-store' },
    },
    ...downwards,
    {
      name: 'features-apart',
      comment: 'features do not import each other; what two of them need goes below them',
      severity: 'error',
      from: { path: `${server}(interaction|broker|account|admin|dialects)/`, pathNot: test },
      to: { path: `${server}(interaction|broker|account|admin|dialects)/`, pathNot: `${server}$1/` },
    },
    {
      name: 'services-apart',
      comment: 'users, keys, certificates, pages, audit, mail and outbound requests do not import each other',
      severity: 'error',
      from: { path: `${server}(users|keys|pki|ui|audit|mail|outbound)/`, pathNot: test },
      to: { path: `${server}(users|keys|pki|ui|audit|mail|outbound)/`, pathNot: `${server}$1/` },
    },
    {
      name: 'storage-by-compose-only',
      comment: 'everybody else knows the port, store.ts',
      severity: 'error',
      from: { path: '^(packages|examples)/', pathNot: [test, `${server}compose[.]ts$`, `${server}storage/`] },
      to: { path: `${server}storage/` },
    },
    {
      name: 'storage-knows-the-port-only',
      comment: 'a storage implements store.ts and knows nothing else of the server',
      severity: 'error',
      from: { path: `${server}storage/`, pathNot: test },
      to: { path: server, pathNot: `${server}(storage/|store[.]ts$)` },
    },
    {
      name: 'dialects-by-compose-only',
      comment:
        'delete a dialect and nobody else notices: everybody knows the type, dialect.ts, and no dialect by name; the core not even that',
      severity: 'error',
      from: { path: '^(packages|examples)/', pathNot: [test, `${server}compose[.]ts$`, `${server}dialects/`] },
      to: { path: `${server}dialects/` },
    },
    {
      name: 'connectors-by-compose-only',
      comment: 'everybody else knows the type, upstream.ts',
      severity: 'error',
      from: { path: '^(packages|examples)/', pathNot: [test, `${server}compose[.]ts$`, `${server}broker/connectors/`] },
      to: { path: `${server}broker/connectors/` },
    },
    {
      name: 'dialects-are-pure',
      comment:
        'a dialect is data and functions over plain values: it knows the type of a dialect and the plain values of the core, types only',
      severity: 'error',
      from: { path: `${server}dialects/`, pathNot: test },
      to: { pathNot: `${server}(dialects/|dialect[.]ts$)|^packages/provider/src/index[.]ts$` },
    },
    {
      name: 'database-drivers-in-storage-only',
      comment: 'SQL is one folder',
      severity: 'error',
      from: { path: '^packages/server/src/', pathNot: [test, `${server}storage/`] },
      to: { path: '^node_modules/(kysely|pg)/|^(node:)?sqlite$' },
    },
    {
      name: 'framework-at-the-edge',
      comment: 'Fastify ends in http/; above it only its logger type is named (compose, logger)',
      severity: 'error',
      from: { path: '^packages/server/src/', pathNot: [test, `${server}http/`, `${server}(compose|logger|apply|sweeping)[.]ts$`] },
      to: { path: '^node_modules/fastify/' },
    },
    {
      name: 'calls-without-framework',
      comment: 'the vocabulary of handlers is plain values',
      severity: 'error',
      from: { path: `${server}http/(call|browser|csrf|headers|page)[.]ts$` },
      to: { path: '^node_modules/fastify/' },
    },
    {
      name: 'examples-from-outside',
      comment: 'an example is what an integrator would write: published packages only',
      severity: 'error',
      from: { path: '^examples/([^/]+)/', pathNot: test },
      to: { path: '^(packages|test|bench|scripts|examples)/', pathNot: '^examples/$1/|^packages/relying-party/src/index[.]ts$' },
    },
    {
      name: 'kit-stands-alone',
      comment: 'the relying-party kit is for any provider: it knows nothing of ours, and no web framework',
      severity: 'error',
      from: { path: '^packages/relying-party/src/', pathNot: test },
      to: { pathNot: '^packages/relying-party/src/|^node_modules/(jose|openid-client)/|^node:|^(crypto|http|https|stream|tls)$' },
    },
    {
      name: 'packages-not-upwards',
      comment: 'nothing in packages/ knows examples, benchmarks, scripts or end-to-end tests',
      severity: 'error',
      from: { path: '^packages/', pathNot: test },
      to: { path: '^(examples|test|bench|scripts)/' },
    },
    {
      name: 'tests-only-from-tests',
      comment: 'nobody imports a test, or what supports tests, but tests',
      severity: 'error',
      from: { pathNot: test },
      to: { path: test },
    },
    {
      name: 'declared',
      comment: 'what a package imports stands in its package.json; tests may use what the workspace brings',
      severity: 'error',
      from: { path: '^(packages|examples)/', pathNot: test },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    parser: 'swc',
    exclude: { path: '^(packages|examples|bench)/[^/]+/dist/|(^|/)coverage/' },
    doNotFollow: { path: '(^|/)node_modules/' },
    // The sources of our own packages, not what the last build made of them.
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
