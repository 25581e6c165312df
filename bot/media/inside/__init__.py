"""Inside: what runs in a process of its own, since it opens foreign files with FFmpeg. Nothing else of the bot imports it.

One process for one file: `python -m bot.media.inside.take_in` looks at a clip, writes it anew and draws it,
`python -m bot.media.inside.fit` makes a film smaller. `bot.media.apart` runs them and hears them out.
"""
