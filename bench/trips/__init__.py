"""What benches of whole trips share: a cloud with a diary, the bot as a process, members, a look into what was kept."""
