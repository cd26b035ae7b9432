// Is loaded before a program and writes down, a line each, what the program loads.
const { appendFileSync } = require('node:fs');
const Module = require('node:module');

const load = Module._load;
Module._load = function (request, parent, ...rest) {
  if (parent) appendFileSync(process.env.LOADED_MODULES, `${request}\n`);
  return load.call(this, request, parent, ...rest);
};
