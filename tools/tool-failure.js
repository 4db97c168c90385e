/** A foreseen end of a tool: its message is all that a person needs, a stack trace would hide it. */
export class ToolFailure extends Error {}
