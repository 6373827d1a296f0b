"""What a department installs Platewatch with: the offline bundle, its installer, and systemd's files."""
