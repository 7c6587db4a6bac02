"""Host β: what is known of it, what must change, the steps, and the SSH connection over which they are done."""
