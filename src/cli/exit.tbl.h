// Exit statuses: EXIT_ROW(NAME, status, sentence); which error ends in which: EXIT_OF(code, NAME).
// Scripts rely on the numbers: they never change meaning.
EXIT_ROW(OK, 0, "done")
EXIT_ROW(REFUSED, 1, "refused: not allowed, not found, there already, or over a limit")
EXIT_ROW(USAGE, 2, "a command, option or value is wrong; nothing was done")
EXIT_ROW(UNREACHABLE, 3,
         "no site there, an engine does not answer, or what was asked may not be seen; nothing was "
         "done")
EXIT_ROW(UNKNOWN, 4, "no answer in time: it may have been done or not; look before asking again")
EXIT_ROW(FINDING, 5, "the check was made and found something")
EXIT_ROW(WARNING, 10, "quoin ports: a port wants to be looked at")
EXIT_ROW(CRITICAL, 20, "quoin ports: a port is not what it should be")
EXIT_ROW(INTERNAL, 70, "a fault of Quoin's own; please report it")

EXIT_OF(ERR_NONE, OK)
EXIT_OF(ERR_INVALID, USAGE)
EXIT_OF(ERR_NOT_FOUND, REFUSED)
EXIT_OF(ERR_EXISTS, REFUSED)
EXIT_OF(ERR_DENIED, REFUSED)
EXIT_OF(ERR_LIMIT, REFUSED)
EXIT_OF(ERR_CONFLICT, REFUSED)
EXIT_OF(ERR_UNAVAILABLE, UNREACHABLE)
EXIT_OF(ERR_TIMEOUT, UNKNOWN)
EXIT_OF(ERR_INTERNAL, INTERNAL)
