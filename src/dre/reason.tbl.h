// Why a job is where it is. REASON(NAME, keyword, sentence): the IPP job-state-reasons keyword and
// what a person reads. Numbers stand in the journal: add at the end, never reorder.
REASON(NONE, "none", "")
REASON(INCOMING, "job-incoming", "The document has not arrived yet.")
REASON(COUNTING, "job-interpreting", "The pages are being counted.")
REASON(RESERVING, "job-held-for-authorization", "The cost is being reserved on the account.")
REASON(QUEUE_HOLDS, "job-held-for-release", "The job waits until its owner releases it.")
REASON(HOLD_ASKED, "job-hold-until-specified", "The job was asked to wait until it is released.")
REASON(MONEY_SHORT, "account-limit-reached",
       "The balance does not pay for this job. Add money, then release it.")
REASON(USER_UNKNOWN, "account-authorization-failed",
       "There is no account for this user. Ask the administrator to add the user, then release it.")
REASON(ACCOUNT_REFUSED, "account-authorization-failed",
       "The accounting server refused this job. Ask the administrator.")
REASON(CAS_AWAY, "job-held-for-authorization",
       "The accounting server does not answer. The job goes on by itself once it does.")
REASON(UNCOUNTED, "job-held-for-review",
       "The pages could not be counted. Release the job to count again, or cancel it.")
REASON(QUEUED, "job-queued", "The job waits for its turn at the printer.")
REASON(PRINTER_AWAY, "printer-stopped",
       "The printer does not answer or is busy. The job is sent once it does.")
REASON(SENDING, "job-outgoing", "The document is on its way to the printer.")
REASON(PRINTING, "job-printing", "The printer has the whole document.")
REASON(ASKING, "queued-in-device", "The printer is being asked what became of the job.")
REASON(UNCERTAIN, "waiting-for-user-action",
       "It is not known what came out at the printer. Look, then resolve the job.")
REASON(LAPSED, "waiting-for-user-action",
       "The job came out but its reservation had lapsed. Resolve the job by hand.")
REASON(SETTLING, "job-printing", "The charge is being posted.")
REASON(DONE, "job-completed-successfully", "Printed and charged.")
REASON(DONE_LESS, "job-completed-with-warnings",
       "The printer reports fewer pages than were counted; only those were charged.")
REASON(DONE_MORE, "job-completed-with-warnings",
       "The printer reports more pages than were counted; the counted ones were charged.")
REASON(CANCELED, "job-canceled-by-user", "The job was cancelled.")
REASON(CANCELED_BY_ADMIN, "job-canceled-by-operator", "The job was cancelled by an administrator.")
REASON(CANCELED_AT_DEVICE, "job-canceled-at-device", "The job was cancelled at the printer.")
REASON(TIMED_OUT, "job-canceled-after-timeout", "The document did not arrive in time.")
REASON(INTERRUPTED, "submission-interrupted", "The document stopped arriving before its end.")
REASON(STORE_FAILED, "resources-are-not-ready",
       "The document could not be stored. Free space on the server, then print again.")
REASON(FORMAT_UNSUPPORTED, "unsupported-document-format",
       "Documents of this format cannot be printed here.")
REASON(FORMAT_ERROR, "document-format-error", "The document is damaged and cannot be printed.")
REASON(PASSWORD, "document-password-error",
       "The document is protected by a password. Print it from a program that can open it.")
REASON(PRINTER_REFUSED, "aborted-by-system", "The printer refused the document.")
REASON(PRINTER_FAILED, "aborted-by-system", "The printer gave the job up.")
REASON(RESTARTED, "aborted-by-system",
       "The server was restarted before the document had arrived. Print again.")
REASON(DOCUMENT_LOST, "document-access-error",
       "The stored document cannot be read any more. Print again.")
REASON(ACCOUNT_NEEDED, "account-info-needed",
       "Choose the account that pays for this job; then it goes on.")
REASON(ACCOUNT_CLOSED, "account-closed",
       "The account cannot be charged. Choose another one; then the job goes on.")
REASON(DENIED, "account-authorization-failed", "The rules of this site do not allow this job.")
REASON(POLICY_HOLDS, "job-held-for-release",
       "The rules of this site hold this job until somebody releases it.")
REASON(NO_WAY, "resources-are-not-ready",
       "The rules of this site send this job to a printer that is not there.")
REASON(UNCLAIMED, "job-held-unclaimed",
       "It is not known for sure whose job this is. Claim it at a device or on the web.")
REASON(GUEST, "job-held-for-release-key", "The job of a guest waits for its release key.")
REASON(EXPIRED, "job-canceled-after-timeout", "Nobody released the job in time.")
REASON(PREPARED, "job-held-for-release", "The job is just being released.")
REASON(NOT_LET_GO, "job-canceled-by-user",
       "It was to be printed together with others, which could not be.")
REASON(OBSERVING, "job-completed-successfully",
       "It is printed. What it costs is settled when the printer's own meter rests.")
