/** Lets the bar of the document be painted before the page itself is read and run. */
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/shell.css'

const root = document.getElementById('root')
if (!root) throw new Error('Cannot find #root in the document')

const begin = () => {
  import('./main.tsx').then(
    ({ main }) => main(root),
    () => root.append('The page cannot be loaded. Is the server still there? Load it again.'),
  )
}

// A tab in the background paints nothing.
if (document.hidden) begin()
else requestAnimationFrame(() => setTimeout(begin))
