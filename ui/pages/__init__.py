"""The pages of the chat: each module builds one in Gradio; nothing else imports Gradio."""
