// The fences of the tree as lint rules: who imports whom, in which order, without circles, under names that say something.
import path from 'node:path';
import { apiLayers, depConstraints, emptyNames } from './constraints.mjs';
import { importsOf, readProjects, resolveRelative, workspaceRoot } from './workspace.mjs';

const projects = readProjects();
const projectOf = (file) => projects.find(({ root }) => file.startsWith(root + path.sep));
const isTest = (file) =>
  /\.(?:db-|auth-)?spec\.tsx?$|\.test\.tsx?$|[\\/]testing[\\/]|vitest[\w.-]*\.config\.ts$/.test(file);

/** Calls `check(node, specifier)` for each import and re-export, static or dynamic, also of types. */
function onImports(check) {
  const fromSource = (node) => {
    if (typeof node.source?.value === 'string') check(node.source, node.source.value);
  };
  return {
    ImportDeclaration: fromSource,
    ExportNamedDeclaration: fromSource,
    ExportAllDeclaration: fromSource,
    ImportExpression: fromSource,
    TSImportType: fromSource,
  };
}

const projectFence = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const project = projectOf(context.filename);
    const row = depConstraints[project?.tags[0]];
    if (row === undefined) return {};
    const allowed = isTest(context.filename) ? [...row.may, ...(row.tests ?? [])] : row.may;
    return onImports((node, specifier) => {
      if (specifier.startsWith('.')) {
        const target = path.resolve(path.dirname(context.filename), specifier);
        if (!target.startsWith(project.root + path.sep)) {
          context.report({
            node,
            message: `'${specifier}' leaves ${project.name}; import the other project by its name.`,
          });
        }
        return;
      }
      const other = projects.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
      if (other !== undefined && other !== project && !other.tags.some((tag) => allowed.includes(tag))) {
        const list = allowed.length === 0 ? 'no other project' : `only ${allowed.join(', ')}`;
        context.report({
          node,
          message: `${project.name} (${project.tags[0]}) may import ${list}, not ${other.name}.`,
        });
      }
      const banned = row.never.find((name) =>
        /[/:]$/.test(name) ? specifier.startsWith(name) : specifier === name || specifier.startsWith(`${name}/`),
      );
      if (banned !== undefined && !isTest(context.filename)) {
        context.report({ node, message: `${project.tags[0]} never imports ${banned}.` });
      }
    });
  },
};

const apiRoot = path.join(workspaceRoot, 'backend/api/src') + path.sep;
const layerOf = (file) => (file.startsWith(apiRoot) ? file.slice(apiRoot.length).split(path.sep) : []);

const layerOrder = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const [layer, ...rest] = layerOf(context.filename);
    // `testing` serves the tests of every layer, so it may look at all of them; production code may not look at it.
    if (rest.length === 0 || layer === 'testing') return {};
    if (!apiLayers.includes(layer)) {
      return {
        Program: (node) =>
          context.report({
            node,
            message: `backend/api/src/${layer} has no place in apiLayers (lint/constraints.mjs).`,
          }),
      };
    }
    return onImports((node, specifier) => {
      if (!specifier.startsWith('.')) return;
      const [target, ...inside] = layerOf(path.resolve(path.dirname(context.filename), specifier));
      if (target === layer || inside.length === 0) return;
      if (target === 'testing') {
        if (!isTest(context.filename)) context.report({ node, message: 'Only tests import from testing.' });
        return;
      }
      if (apiLayers.indexOf(target) > apiLayers.indexOf(layer)) {
        context.report({ node, message: `${layer} stands below ${target}: news travels upwards as an event.` });
      } else if (
        target !== 'kernel' &&
        target !== 'platform' &&
        inside.join('/') !== 'index.js' &&
        !isTest(context.filename)
      ) {
        context.report({ node, message: `Reach ${target} through ${target}/index.js.` });
      }
    });
  },
};

const noCycle = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const start = context.filename;
    return onImports((node, specifier) => {
      if (!specifier.startsWith('.') || node.parent.importKind === 'type' || node.parent.exportKind === 'type') return;
      if (node.parent.type === 'ImportExpression' || node.parent.type === 'TSImportType') return;
      const first = resolveRelative(start, specifier);
      const circle = first === undefined ? undefined : pathBetween(first, start);
      if (circle === undefined) return;
      const names = [start, ...circle].map((file) => path.relative(workspaceRoot, file));
      context.report({ node, message: `Circular import: ${names.join(' -> ')}.` });
    });
  },
};

/** The shortest chain of imports from one file to another, both included, or undefined. */
function pathBetween(from, to) {
  const cameFrom = new Map([[from, undefined]]);
  for (const file of cameFrom.keys()) {
    if (file === to) {
      const chain = [];
      for (let step = to; step !== undefined; step = cameFrom.get(step)) chain.unshift(step);
      return chain;
    }
    for (const next of importsOf(file)) if (!cameFrom.has(next)) cameFrom.set(next, file);
  }
  return undefined;
}

const fileName = {
  meta: { type: 'suggestion', schema: [] },
  create(context) {
    const words = path.basename(context.filename).split(/[.-]/);
    const empty = emptyNames.find((name) => words.includes(name));
    if (empty === undefined) return {};
    return {
      Program: (node) =>
        context.report({ node, message: `'${empty}' does not say what the file holds; name it by its domain.` }),
    };
  },
};

/** A suppressed rule owes the reader its reason. */
const disableReason = {
  meta: { type: 'suggestion', schema: [] },
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          if (
            /^\s*(?:eslint-disable|@ts-expect-error|@ts-ignore)/.test(comment.value) &&
            !/--\s*\S|@ts-\S+:?\s+\S/.test(comment.value)
          ) {
            context.report({ loc: comment.loc, message: 'Say why, after " -- ".' });
          }
        }
      },
    };
  },
};

export const graft = {
  meta: { name: 'graft', version: '1' },
  rules: {
    'project-fence': projectFence,
    'layer-order': layerOrder,
    'no-cycle': noCycle,
    'file-name': fileName,
    'disable-reason': disableReason,
  },
};
