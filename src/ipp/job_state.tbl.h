// JOB_STATE(enum, NAME, keyword): RFC 8011 5.3.7.
JOB_STATE(3, PENDING, "pending")
JOB_STATE(4, PENDING_HELD, "pending-held")
JOB_STATE(5, PROCESSING, "processing")
JOB_STATE(6, PROCESSING_STOPPED, "processing-stopped")
JOB_STATE(7, CANCELED, "canceled")
JOB_STATE(8, ABORTED, "aborted")
JOB_STATE(9, COMPLETED, "completed")
