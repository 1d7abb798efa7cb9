export { LogCopies, NoRoomError } from "./copies.ts";
