/** The session that the environment names: the identity of whoever runs in it. */
export const sessionVariable = 'HEDDLE_AGENTS_SESSION';
