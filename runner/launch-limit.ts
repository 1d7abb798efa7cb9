/** How many ranks one launch may have, as the command line and the controller both hold it. */
export const MOST_RANKS = 10_000_000;
