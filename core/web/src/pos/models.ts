// A bundle of its own, loaded where there are extensions.
export { loadExtensions, openModels } from "manytill/models";
