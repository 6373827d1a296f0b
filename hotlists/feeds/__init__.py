"""Lists that come by themselves: watched folders, HTTPS and SFTP, and how current lists are."""
