/**
 * Stands in for the compiled part of `@vscode/spdlog`, which an installation without scripts lacks:
 * without it VS Code writes no log file, and an extension's output channel stays empty.
 */
const fs = require('node:fs');
const path = require('node:path');

const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];

exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};

class Logger {
  #file;
  #level = 2;
  #isFormatted = true;

  constructor(_type, _name, file) {
    this.#file = file;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.appendFileSync(file, '');
  }

  trace(message) {
    this.#write(0, message);
  }
  debug(message) {
    this.#write(1, message);
  }
  info(message) {
    this.#write(2, message);
  }
  warn(message) {
    this.#write(3, message);
  }
  error(message) {
    this.#write(4, message);
  }
  critical(message) {
    this.#write(5, message);
  }
  getLevel() {
    return this.#level;
  }
  setLevel(level) {
    this.#level = level;
  }
  setPattern() {
    this.#isFormatted = true;
  }
  clearFormatters() {
    this.#isFormatted = false;
  }
  flush() {}
  drop() {}

  #write(level, message) {
    if (level < this.#level) return;
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
    const text = this.#isFormatted ? `${time} [${levels[level]}] ${message}\n` : message;
    try {
      fs.appendFileSync(this.#file, text);
    } catch {
      // the folder of the logs is removed while the server ends
    }
  }
}

exports.Logger = Logger;

exports.createRotatingLogger = async (name, file) => new Logger('rotating', name, file);
exports.createAsyncRotatingLogger = async (name, file) => new Logger('rotating_async', name, file);
