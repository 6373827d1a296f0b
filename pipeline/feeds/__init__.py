"""The stages that run feeds on their schedules and watch the ages of the lists."""
