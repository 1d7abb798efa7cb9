// The libraries of this room, each loaded at its first use. In dist/ this file holds them: `npm run build` puts their
// 160 files into this one, which is loaded in a seventh of the time.
module.exports = {
  get yaml() {
    return require("yaml");
  },
  get zod() {
    return require("zod");
  },
};
